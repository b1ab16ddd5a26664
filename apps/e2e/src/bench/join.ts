/**
 * `pnpm bench:join`: how long joining takes, and where the time goes. A fresh page joins a room through the SDK, as a viewer,
 * and what a person would see is timed from the press of the button: the first picture of a remote camera, then its top layer.
 * Joins over relay and over direct alternate, so that what else the machine does hits both.
 *
 *     node apps/e2e/src/bench/join.ts [--joins 20] [--cold 10] [--camera 10] [--listeners 3] [--url NAME=URL …]
 *
 * - `--joins`: joins for each carrier into a running room whose camera is a bot's, with prepared simulcast.
 * - `--cold`: the same into new rooms, whose publisher joins at the same moment: placement, assignment, link and router
 *   are in it, and the publisher's own negotiation.
 * - `--camera`: the same as `--joins`, but the camera is Chromium's, which encodes on this machine meanwhile.
 * - `--listeners`: further bots in the running room, with microphones.
 * - `--url`: measures running servers, by turns, instead of one started for this: for comparing two builds. Repeat it.
 *
 * Everything is on loopback: add round trips for a network. Steps are Chromium's events, told by its main thread.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Bot, type BotOptions } from '@parley/bots/bot';
import { percentile } from '@parley/bots/fleet-figures';
import type { Browser } from 'playwright-core';
import { report } from '../browser.ts';
import { launchBrowser } from '../launch-browser.ts';
import { Stack } from '../stack.ts';
import { type JoinTimes, PHASES, type Phase } from './join-phases.ts';
import { ProbePage } from './probe.ts';

/** A server to measure. */
export interface Target {
  name: string;
  /** Base URL of its edge. */
  url: string;
}

export interface JoinOptions {
  joins: number;
  cold: number;
  camera: number;
  listeners: number;
}

const CARRIERS = ['relay', 'direct'] as const;
type Carrier = (typeof CARRIERS)[number];
type Scene = 'running room' | 'new room' | 'running room, Chromium’s camera';

/** One join that came to its end. */
export interface Join {
  target: string;
  scene: Scene;
  carrier: Carrier;
  times: JoinTimes;
  /** Width of the first picture, pixels. */
  firstWidth: number;
}

const TOP_WIDTH = 1280;
const PATIENCE_MS = 30_000;

/**
 * Joins again and again; every join must come to the top layer.
 *
 * @param print takes a line of progress after each round
 * @throws {Error} naming the join that failed, and how far it came
 */
export async function benchJoin(
  targets: readonly Target[],
  { joins, cold, camera, listeners }: JoinOptions,
  print: (line: string) => void,
): Promise<Join[]> {
  const browser = await launchBrowser(30);
  const done: Join[] = [];
  try {
    await runningRoom('running room', joins, async (target, room) => {
      const bots = await Promise.all([
        enter({
          edgeUrl: target.url,
          room,
          name: 'Camera',
          publish: ['microphone', 'camera'],
          simulcast: true,
        }),
        ...Array.from({ length: listeners }, (_, index) =>
          enter({ edgeUrl: target.url, room, name: `Listener ${index}`, publish: ['microphone'] }),
        ),
      ]);
      return async () => void (await Promise.all(bots.map(leave)));
    });
    for (let round = 0; round < cold; round++) {
      for (const target of targets) for (const carrier of CARRIERS) await joinNewRoom(target, carrier);
      print(`new room: ${round + 1} of ${cold}`);
    }
    await runningRoom('running room, Chromium’s camera', camera, async (target, room) => {
      const page = await ProbePage.open(browser, target.url);
      await page.publish(room);
      await untilTopLayerIsSent(page);
      return () => page.leave();
    });
  } finally {
    await browser.close();
  }
  return done;

  async function runningRoom(
    scene: Scene,
    rounds: number,
    begin: (target: Target, room: string) => Promise<() => Promise<void>>,
  ): Promise<void> {
    if (rounds === 0) return;
    const room = makeRoom();
    const ends: (() => Promise<void>)[] = [];
    try {
      for (const target of targets) ends.push(await begin(target, room));
      for (let round = 0; round < rounds; round++) {
        for (const target of targets)
          for (const carrier of CARRIERS) done.push(await join(browser, scene, target, room, carrier));
        print(`${scene}: ${round + 1} of ${rounds}`);
      }
    } finally {
      for (const end of ends) await end();
    }
  }

  async function joinNewRoom(target: Target, carrier: Carrier): Promise<void> {
    const room = makeRoom();
    const bot = new Bot({
      edgeUrl: target.url,
      room,
      name: 'Camera',
      publish: ['camera'],
      simulcast: true,
      carrier,
    });
    try {
      const [joined] = await Promise.all([
        join(browser, 'new room', target, room, carrier, () => bot.join()),
      ]);
      done.push(joined);
    } finally {
      await leave(bot);
    }
  }
}

/** One join in a fresh page. @param atOnce done at the moment when the button is pressed */
async function join(
  browser: Browser,
  scene: Scene,
  { name: target, url }: Target,
  room: string,
  carrier: Carrier,
  atOnce?: () => Promise<void>,
): Promise<Join> {
  const page = await ProbePage.open(browser, url);
  const options = {
    room,
    carrier: carrier === 'relay' ? 'relay' : 'auto',
    topWidth: TOP_WIDTH,
    patience: PATIENCE_MS,
  } as const;
  try {
    const [{ times, firstWidth }] = await Promise.all([page.watch(options), atOnce?.()]);
    const came = times['direct socket open'] === undefined ? 'relay' : 'direct';
    if (came !== carrier) throw new Error(`the session went by ${came}`);
    return { target, scene, carrier, times, firstWidth };
  } catch (cause) {
    throw new Error(`${target}: joining a ${scene} by ${carrier} failed: ${String(cause)}`, { cause });
  } finally {
    await page.leave();
  }
}

async function enter(options: BotOptions): Promise<Bot> {
  const bot = new Bot(options);
  await bot.join();
  await bot.ready();
  return bot;
}

/** @throws {Error} when something was not as it should be with the bot */
async function leave(bot: Bot): Promise<void> {
  const { problems } = bot.figures();
  await bot.leave();
  if (problems.length > 0) throw new Error(`${bot.options.name} had problems: ${problems.join('; ')}`);
}

async function untilTopLayerIsSent({ page }: ProbePage): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  const sends = async () =>
    (await report(page)).connections
      .flatMap(({ outbound }) => outbound)
      .some(({ width = 0, frames = 0 }) => width === TOP_WIDTH && frames > 30);
  while (!(await sends())) {
    if (performance.now() > end) throw new Error('Chromium does not send its top layer');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function makeRoom(): string {
  return `join-${crypto.randomUUID()}`;
}

/** The figures as tables, one for each target, scene and carrier. */
export function tables(joins: readonly Join[]): string {
  const titles = Map.groupBy(joins, ({ target, scene, carrier }) => `${target}: ${scene}, ${carrier}`);
  return [...titles].map(([title, group]) => table(title, group)).join('\n');
}

function table(title: string, joins: readonly Join[]): string {
  const widths = Map.groupBy(joins, ({ firstWidth }) => firstWidth);
  const first = [...widths].map(([width, { length }]) => `${length}× ${width}`).join(', ');
  const lines = [`${title} (${joins.length} joins; width of the first picture: ${first})`];
  const head = ['ms after the press', 'p50', 'p95', 'min', 'max', 'step p50'];
  lines.push(row(head));
  let before: Phase | undefined;
  for (const phase of PHASES) {
    const times = joins.flatMap(({ times }) => times[phase] ?? []);
    if (times.length === 0) continue;
    const steps = joins.flatMap(({ times }) => {
      const end = times[phase];
      return end === undefined ? [] : end - ((before && times[before]) ?? 0);
    });
    const figures = [0.5, 0.95, 0, 1].map((share) => percentile(times, share));
    lines.push(row([phase, ...[...figures, percentile(steps, 0.5)].map((ms = 0) => ms.toFixed(0))]));
    before = phase;
  }
  return `${lines.join('\n')}\n`;
}

function row([first = '', ...others]: readonly string[]): string {
  return `  ${first.padEnd(20)}${others.map((text) => text.padStart(9)).join('')}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      joins: { type: 'string', default: '20' },
      cold: { type: 'string', default: '10' },
      camera: { type: 'string', default: '10' },
      listeners: { type: 'string', default: '3' },
      url: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const given = values.url.map((text): Target => {
    const [name = '', url = ''] = text.split(/=(.*)/s);
    return { name, url };
  });
  const stack = given.length > 0 ? undefined : await Stack.start();
  const targets = stack === undefined ? given : [{ name: 'this build', url: stack.url }];
  const counts = {
    joins: Number(values.joins),
    cold: Number(values.cold),
    camera: Number(values.camera),
    listeners: Number(values.listeners),
  };
  let joins: Join[] = [];
  try {
    joins = await benchJoin(targets, counts, (line) =>
      console.error(`${line}; load ${loadavg()[0]?.toFixed(1)}`),
    );
  } finally {
    await stack?.stop();
  }
  console.log(tables(joins));
  if (values.json) console.log(JSON.stringify(joins));
  const troubles = stack?.troubles ?? [];
  for (const trouble of troubles) console.error(trouble);
  // libdatachannel's threads would keep the process.
  process.exit(troubles.length === 0 ? 0 : 1);
}
