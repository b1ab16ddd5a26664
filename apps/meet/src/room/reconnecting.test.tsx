import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Reconnecting } from './reconnecting.tsx';

it('says so while something is lost, and nothing else ever', () => {
  const texts = (['connected', 'reconnecting', 'connected', 'ended'] as const).map((state) => {
    const html = renderToStaticMarkup(<Reconnecting state={state} />);
    expect(html).toContain('role="status"');
    return html.replaceAll(/<[^>]*>/g, '');
  });
  expect(texts).toEqual(['', 'Reconnecting…', '', '']);
});
