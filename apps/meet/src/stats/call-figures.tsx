import type { CallStats, ConnectionStats } from '@parley/client/call-stats';
import { useTexts } from '../i18n/texts.ts';
import css from './call-figures.module.css';
import { bitrateText, percentText } from './figures-text.ts';
import { Sparkline } from './sparkline.tsx';
import { bitrateOf, lossOf } from './streams.ts';

/** What the whole call sends and receives, over which way, and how that was in the last minute. */
export function CallFigures({ history }: { history: readonly CallStats[] }) {
  const texts = useTexts().stats;
  const now = history.at(-1);
  if (now === undefined) return null;
  const { sending, receiving } = now;
  const figures = [
    { label: texts.up, text: bitrateText(sentBitrate(now)), values: history.map(sentBitrate) },
    { label: texts.down, text: bitrateText(receivedBitrate(now)), values: history.map(receivedBitrate) },
    { label: texts.loss, text: percentText(receivedLoss(now)), values: history.map(receivedLoss) },
    {
      label: texts.roundTrip,
      text: roundTripTime(now) === undefined ? '–' : `${Math.round(roundTripTime(now) ?? 0)} ms`,
      values: history.map(roundTripTime),
    },
  ];
  const { availableOutgoingBitrate: available } = sending;
  const way = wayOf(sending) ?? wayOf(receiving);
  return (
    <section className={css.figures} aria-label={texts.title} data-testid="stats">
      {figures.map(({ label, text, values }) => (
        <div key={label} className={css.figure}>
          <p>
            {label} <b>{text}</b>
          </p>
          <Sparkline values={values} label={label} />
        </div>
      ))}
      <p className={css.way}>
        {way !== undefined && `${texts.way} ${way}`}
        {available !== undefined && ` · ${texts.available} ${bitrateText(available)}`}
      </p>
    </section>
  );
}

function sentBitrate({ sent }: CallStats): number {
  return bitrateOf(sent);
}

function receivedBitrate({ received }: CallStats): number {
  return bitrateOf([...received.values()]);
}

function receivedLoss({ received }: CallStats): number {
  return lossOf([...received.values()]);
}

function roundTripTime({ sending, receiving }: CallStats): number | undefined {
  return sending.roundTripTime ?? receiving.roundTripTime;
}

/** For example `UDP`, or `TURN TLS`. */
function wayOf({ protocol, localCandidate }: ConnectionStats): string | undefined {
  if (protocol === undefined) return undefined;
  return `${localCandidate === 'relay' ? 'TURN ' : ''}${protocol.toUpperCase()}`;
}
