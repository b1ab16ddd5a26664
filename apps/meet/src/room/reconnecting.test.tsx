// @vitest-environment happy-dom
import type { Call } from '@parley/client/call';
import type { CallEvents } from '@parley/client/call-events';
import { Emitter } from '@parley/client/emitter';
import { ParleyProvider } from '@parley/react';
import { act, cleanup, render } from '@testing-library/react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, it } from 'vitest';
import { Reconnecting } from './reconnecting.tsx';
import { useWaitsAgain } from './use-waits-again.ts';

class Events extends Emitter<CallEvents> {
  override emit<Name extends keyof CallEvents>(name: Name, event: CallEvents[Name]): void {
    super.emit(name, event);
  }
}

function Banner() {
  return <Reconnecting state="reconnecting" waits={useWaitsAgain()} />;
}

afterEach(cleanup);

it('says so while something is lost, and nothing else ever', () => {
  const texts = (['connected', 'reconnecting', 'connected', 'ended'] as const).map((state) => {
    const html = renderToStaticMarkup(<Reconnecting state={state} waits={false} />);
    expect(html).toContain('role="status"');
    return html.replaceAll(/<[^>]*>/g, '');
  });
  expect(texts).toEqual(['', 'Reconnecting…', '', '']);
});

it('says that it takes somebody inside, until one is let in: media that comes back earlier changes nothing', () => {
  const events = new Events();
  const { container } = render(
    <ParleyProvider call={events as unknown as Call}>
      <Banner />
    </ParleyProvider>,
  );
  expect(container.textContent).toBe('Reconnecting…');
  act(() => events.emit('waiting', undefined));
  expect(container.textContent).toContain('let you in again');
  act(() => events.emit('reconnected', { plane: 'media' }));
  expect(container.textContent).toContain('let you in again');
  act(() => events.emit('reconnected', { plane: 'signaling' }));
  expect(container.textContent).toBe('Reconnecting…');
});
