import type { Call } from '@parley/client/call';
import type { ConnectionQuality } from '@parley/client/connection-quality';
import { ParleyProvider } from '@parley/react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { QualityMark } from './quality-mark.tsx';

/** What the mark says of somebody who comes through like that. */
function said(quality: ConnectionQuality | undefined): string | undefined {
  const connectionQuality = new Map(quality && [['ann', quality]]);
  const html = renderToStaticMarkup(
    <ParleyProvider call={{ connectionQuality } as unknown as Call}>
      <QualityMark participantId="ann" />
    </ParleyProvider>,
  );
  return /aria-label="([^"]*)"/.exec(html)?.[1];
}

it('says nothing as long as somebody comes through', () => {
  expect([said(undefined), said('good')]).toEqual([undefined, undefined]);
  expect([said('fair'), said('poor'), said('lost')]).toEqual([
    'Unsteady connection',
    'Bad connection',
    'Nothing gets through',
  ]);
});
