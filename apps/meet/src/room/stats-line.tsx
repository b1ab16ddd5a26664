import type { StatsPair } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import css from './stats-line.module.css';

/** What the call sends and receives, in a line: shown with `?debug`. */
export function StatsLine({ stats: { now, before } }: { stats: StatsPair }) {
  const texts = useTexts().room;
  const seconds = (now.at - before.at) / 1000;
  const kilobits = (bytes: number) => (seconds > 0 ? Math.round((bytes * 8) / seconds / 1000) : 0);
  const layers = now.sent
    .filter(({ framesPerSecond }) => framesPerSecond > 0)
    .map(({ source, rid, width, height, framesPerSecond }) =>
      [source, rid, `${width}×${height}`, Math.round(framesPerSecond)].filter(Boolean).join(' '),
    );
  return (
    <p className={css.line} data-testid="stats">
      ↑ {kilobits(now.bytesSent - before.bytesSent)} kbit/s · ↓{' '}
      {kilobits(now.bytesReceived - before.bytesReceived)} kbit/s · {texts.statsLost} {now.packetsLost}
      {now.roundTripTime !== undefined && ` · ${Math.round(now.roundTripTime)} ms`}
      {layers.length > 0 && ` · ${layers.join(', ')}`}
    </p>
  );
}
