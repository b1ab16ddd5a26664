import type { CallStats } from '@parley/client/call-stats';
import { useTexts } from '../i18n/texts.ts';
import css from './stats-line.module.css';

/** What the call sends and receives, in a line: shown with `?debug`. */
export function StatsLine({ stats: { sent, received, sending, receiving } }: { stats: CallStats }) {
  const texts = useTexts().room;
  const arriving = [...received.values()];
  const kilobits = (streams: readonly { bitrate: number }[]) =>
    Math.round(streams.reduce((sum, { bitrate }) => sum + bitrate, 0) / 1000);
  const packets = arriving.reduce((sum, stream) => sum + stream.packets, 0);
  const lost = arriving.reduce((sum, { loss, packets }) => sum + loss * packets, 0);
  const roundTripTime = sending.roundTripTime ?? receiving.roundTripTime;
  const layers = sent
    .filter(({ framesPerSecond }) => framesPerSecond > 0)
    .map(({ source, rid, width, height, framesPerSecond }) =>
      [source, rid, `${width}×${height}`, Math.round(framesPerSecond)].filter(Boolean).join(' '),
    );
  return (
    <p className={css.line} data-testid="stats">
      ↑ {kilobits(sent)} kbit/s · ↓ {kilobits(arriving)} kbit/s · {texts.statsLost}{' '}
      {packets > 0 ? Math.round((100 * lost) / packets) : 0} %
      {roundTripTime !== undefined && ` · ${Math.round(roundTripTime)} ms`}
      {layers.length > 0 && ` · ${layers.join(', ')}`}
    </p>
  );
}
