import { percentile } from '@parley/bots/fleet-figures';
import { table } from '../../prove/format.ts';
import type { Window } from './measured-call.ts';
import type { SideName } from './side.ts';

/** A scene measured on both sides in turn: one window a side in each pair. */
export interface Comparison {
  title: string;
  workers: number;
  pairs: Record<SideName, Window>[];
}

/** More than this share lost, and something was at its limit. */
const MOST_LOST = 0.005;
/** More than this apart, and the sides have not forwarded the same. */
const MOST_APART = 0.05;

/** CPU seconds of a part for a million packets sent to clients. */
export function perMillion(window: Window, part: 'workers' | 'node'): number {
  return (window[part] / window.packetsOut) * 1e6;
}

/** What the workers' CPU a packet is of that of bare mediasoup: of each pair, in ascending order. */
export function ratios({ pairs }: Comparison): number[] {
  return pairs
    .map(({ parley, bare }) => perMillion(parley, 'workers') / perMillion(bare, 'workers'))
    .sort((a, b) => a - b);
}

/** The same over all pairs, so that what comes only now and then has its share. */
export function ratio({ pairs }: Comparison): number {
  const mean = (side: SideName) =>
    pairs.reduce((sum, pair) => sum + pair[side].workers, 0) /
    pairs.reduce((sum, pair) => sum + pair[side].packetsOut, 0);
  return mean('parley') / mean('bare');
}

/** Why a comparison does not count; empty where it does. */
export function objections({ pairs }: Comparison): string[] {
  const windows = pairs.flatMap(({ bare, parley }) => [bare, parley]);
  const lost = Math.max(...windows.map((window) => window.lost));
  // A window holds more or fewer of the big pictures; all together they are the same.
  const sent = (side: SideName) =>
    pairs.reduce((sum, pair) => sum + pair[side].packetsOut, 0) /
    pairs.reduce((sum, pair) => sum + pair[side].seconds, 0);
  const rates = [sent('bare'), sent('parley')];
  const apart = Math.max(...rates) / Math.min(...rates) - 1;
  return [
    ...(lost > MOST_LOST ? [`${percent(lost)} of the packets of a window were lost`] : []),
    ...(!(apart <= MOST_APART) ? [`packets a second are ${percent(apart)} apart`] : []),
  ];
}

/** The comparisons as a table, with what speaks against each below it. */
export function describe(comparisons: readonly Comparison[]): string {
  const rows = [
    [
      '',
      'workers',
      'packets/s',
      'bare',
      'parley',
      'ratio',
      'half of pairs',
      'node: bare',
      'parley',
      'lost',
      'machine',
    ],
  ];
  for (const comparison of comparisons) {
    const { title, workers, pairs } = comparison;
    const sorted = ratios(comparison);
    const mean = (side: SideName, figure: (window: Window) => number) =>
      pairs.reduce((sum, pair) => sum + figure(pair[side]), 0) / pairs.length;
    const both = (figure: (window: Window) => number) =>
      Math.max(...pairs.flatMap(({ bare, parley }) => [figure(bare), figure(parley)]));
    rows.push([
      title,
      String(workers),
      mean('parley', ({ packetsOut, seconds }) => packetsOut / seconds).toFixed(0),
      mean('bare', (window) => perMillion(window, 'workers')).toFixed(2),
      mean('parley', (window) => perMillion(window, 'workers')).toFixed(2),
      ratio(comparison).toFixed(3),
      `${quantile(sorted, 0.25)}–${quantile(sorted, 0.75)}`,
      mean('bare', (window) => perMillion(window, 'node')).toFixed(3),
      mean('parley', (window) => perMillion(window, 'node')).toFixed(3),
      percent(both(({ lost }) => lost)),
      percent(both(({ busy }) => busy)),
    ]);
  }
  const against = comparisons.flatMap((comparison) =>
    objections(comparison).map((why) => `${comparison.title}, ${comparison.workers}: does not count: ${why}`),
  );
  return [table(rows), ...against].join('\n');
}

/** By nearest rank. */
function quantile(sorted: readonly number[], share: number): string {
  return (percentile(sorted, share) ?? Number.NaN).toFixed(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
