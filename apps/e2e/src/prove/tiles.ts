/**
 * A page of many tiles of which some are on the screen, the others scrolled away, against the same page that says nothing of what
 * is seen: `pnpm prove:tiles`. Prints what the page is sent and what the others encode, for each layer. They are bots, whose three layers
 * of 0.09, 0.2 and 0.4 Mbit/s are thinner than a camera's, and have fewer pictures: what counts is the ratio. Set by the environment:
 *
 * - `PEOPLE` (25), `COLUMNS` (3), `ROWS` (3): tiles, how many of them beside each other, and how many rows the screen shows
 * - `RATE` (5): pictures a second of each layer
 * - `WINDOW` (10): seconds that each of the two is measured
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BotSquad } from '@parley/bots/bot-squad';
import { until } from '@parley/bots/inbox';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../launch-browser.ts';
import type { ReceivedVideo } from '../sdk/sdk-page.ts';
import { SdkParticipant } from '../sdk/sdk-participant.ts';
import { table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

export interface TilesOptions {
  url: string;
  browser: Browser;
  people: number;
  columns: number;
  rows: number;
  rate: number;
  windowMs: number;
}

/** What passed in a window, bit/s. */
export interface TilesFigures {
  /** To the page. */
  received: number;
  /** Of that, of tiles that are not on the screen. */
  unseen: number;
  /** By all bots, of each layer, lowest first. */
  encoded: number[];
  /** How many bots send each layer. */
  sending: number[];
  /** How many tiles on the screen show each width. */
  widths: ReadonlyMap<number, number>;
}

const MOST_SHARE = 0.4;
/** How long it may take until everything has found its layer, ms. */
const SETTLE_MS = 60_000;
/** What is so for this long stays so: longer than publishers wait before they switch a layer off. */
const STEADY_MS = 6_500;

/**
 * Shows that of what a page would be sent and the others would encode at most 40% is, where a good third of its tiles is seen,
 * and nothing of the others.
 *
 * @throws {Error} naming what did not hold
 */
export async function proveTiles(options: TilesOptions): Promise<{ all: TilesFigures; seen: TilesFigures }> {
  const { url, people, rate } = options;
  const room = `tiles-${Date.now().toString(36)}`;
  const plan = Array.from({ length: people }, (_, index) => ({
    edgeUrl: url,
    room,
    name: `Bot ${index}`,
    publish: ['camera'] as const,
    // Who receives watches.
    autoSubscribe: false,
    simulcast: true,
    videoRate: rate,
  }));
  const squad = new BotSquad(plan, { joiningAtOnce: 5, joinsPerSecond: 20 });
  try {
    await squad.start();
    const { ready, failed } = await squad.figures();
    if (ready < people) throw new Error(`${ready} of ${people} bots got in: ${JSON.stringify(failed)}`);
    const all = await measure(squad, room, { ...options, adaptive: false });
    const seen = await measure(squad, room, { ...options, adaptive: true });
    const total = ({ encoded }: TilesFigures) => encoded.reduce((sum, one) => sum + one, 0);
    const fail = (why: string) => {
      throw new Error(`${why}:\n${describeTiles({ all, seen })}`);
    };
    if (seen.unseen > 0) fail('something comes of tiles that nobody sees');
    for (const [what, share] of [
      ['received', seen.received / all.received],
      ['encoded', total(seen) / total(all)],
    ] as const) {
      // NaN, of nothing at all, is no success either.
      if (!(share <= MOST_SHARE)) fail(`${Math.round(share * 100)}% is ${what}`);
    }
    return { all, seen };
  } finally {
    await squad.close();
  }
}

interface MeasureOptions extends TilesOptions {
  /** Whether the page tells what is seen. */
  adaptive: boolean;
}

async function measure(squad: BotSquad, room: string, options: MeasureOptions): Promise<TilesFigures> {
  const { browser, url, people, columns, rows, adaptive, windowMs } = options;
  const viewer = await SdkParticipant.join(browser, url, {
    room,
    name: 'Viewer',
    attach: true,
    adaptiveStream: adaptive,
  });
  try {
    await viewer.page.addStyleTag({ content: gridStyle(columns, rows) });
    let last = await look(viewer, squad);
    const passed = async (ms: number) => {
      await sleep(ms);
      const before = last;
      last = await look(viewer, squad);
      return figures(before, last);
    };
    let since = performance.now();
    let flow = '';
    await until(
      async () => {
        const now = flowing(await passed(1000));
        if (now !== flow) since = performance.now();
        flow = now;
        const { videos } = last;
        const isThere =
          videos.length === people && videos.every(({ visible, width }) => !visible || width > 0);
        return isThere && performance.now() - since > STEADY_MS;
      },
      'every tile has found its layer',
      { ms: SETTLE_MS, state: () => `${flow} ${JSON.stringify(last.videos)}` },
    );
    return await passed(windowMs);
  } finally {
    await viewer.leave();
  }
}

/** What has passed by a moment. */
interface Look {
  at: number;
  videos: ReceivedVideo[];
  /** Bytes of each bot's layers, lowest first. */
  layers: number[][];
}

async function look(viewer: SdkParticipant, squad: BotSquad): Promise<Look> {
  const [videos, bots] = await Promise.all([viewer.videos(), squad.bots()]);
  return { at: performance.now(), videos, layers: bots.map(({ sentLayers }) => sentLayers) };
}

function figures(before: Look, after: Look): TilesFigures {
  const rate = (bytes: number) => Math.round((bytes * 8 * 1000) / (after.at - before.at));
  const known = new Map(before.videos.map(({ name, bytes }) => [name, bytes]));
  const received = (videos: readonly ReceivedVideo[]) =>
    rate(videos.reduce((sum, { name, bytes }) => sum + bytes - (known.get(name) ?? 0), 0));
  const encoded = [0, 1, 2].map((layer) =>
    rate(
      after.layers.reduce(
        (sum, layers, bot) => sum + (layers[layer] ?? 0) - (before.layers[bot]?.[layer] ?? 0),
        0,
      ),
    ),
  );
  const sending = [0, 1, 2].map(
    (layer) =>
      after.layers.filter((layers, bot) => (layers[layer] ?? 0) > (before.layers[bot]?.[layer] ?? 0)).length,
  );
  const widths = new Map<number, number>();
  for (const { visible, width } of after.videos) {
    if (visible) widths.set(width, (widths.get(width) ?? 0) + 1);
  }
  return {
    received: received(after.videos),
    unseen: received(after.videos.filter(({ visible }) => !visible)),
    encoded,
    sending,
    widths,
  };
}

/** Which layers flow where, whatever their bitrate. */
function flowing({ received, unseen, sending, widths }: TilesFigures): string {
  return JSON.stringify([received > 0, unseen > 0, sending, [...widths].sort(([a], [b]) => a - b)]);
}

/** Tiles in columns, so high that the screen shows some rows of them, and not a hair of the next. */
function gridStyle(columns: number, rows: number): string {
  return `pre { display: none } body { margin: 0; display: grid; grid-template-columns: repeat(${columns}, 1fr) }
    video { position: static !important; width: 100% !important; height: calc(${100 / rows}vh + 1px) !important }`;
}

/** The two pages side by side. */
export function describeTiles({ all, seen }: { all: TilesFigures; seen: TilesFigures }): string {
  const kbit = (rate: number) => (rate / 1000).toFixed(0);
  const row = (name: string, of: (figures: TilesFigures) => number) => {
    const [without, now] = [of(all), of(seen)];
    const less = without === 0 ? '–' : `${Math.round(100 * (1 - now / without))}%`;
    return [name, kbit(without), kbit(now), less];
  };
  const layer = (index: number) => (figures: TilesFigures) => figures.encoded[index] ?? 0;
  const bots = ({ sending }: TilesFigures) => sending.join(', ');
  const sizes = ({ widths }: TilesFigures) =>
    [...widths].map(([width, count]) => `${count} × ${width}`).join(', ');
  return table([
    ['kbit/s', 'all', 'what is seen', 'less'],
    row('received by the page', ({ received }) => received),
    row('  of it unseen', ({ unseen }) => unseen),
    row('encoded', ({ encoded }) => encoded.reduce((sum, one) => sum + one, 0)),
    ...['  320 × 180', '  640 × 360', '  1280 × 720'].map((name, index) => row(name, layer(index))),
    ['bots that send each layer', bots(all), bots(seen), ''],
    ['widths on the screen', sizes(all), sizes(seen), ''],
  ]);
}

if (import.meta.main) {
  const browser = await launchBrowser();
  await showProof({ nodeEnv: { LOG_LEVEL: 'info' } }, async (stack) => {
    const shown = await proveTiles({
      url: stack.url,
      browser,
      people: numberSetting('PEOPLE', 25),
      columns: numberSetting('COLUMNS', 3),
      rows: numberSetting('ROWS', 3),
      rate: numberSetting('RATE', 5),
      windowMs: numberSetting('WINDOW', 10) * 1000,
    });
    await browser.close();
    return `\n${describeTiles(shown)}`;
  });
}
