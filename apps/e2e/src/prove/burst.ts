/**
 * Many people join one room at once, each with a microphone and a camera: `pnpm prove:burst`. Prints what that costs in offers,
 * signalling, CPU and stored state, and why it grows as it does. Set by the environment:
 *
 * - `SIZES` (`10,25,50`): how many join; a run for each, over relay and direct
 * - `WITHIN` (10): seconds in which they join, evenly
 * - `RATE` (1): audio packets and pictures a second of each; at 50 people each more is 5000 packets a second to the bots
 * - `CARRIER` (`relay,direct`)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BotFigures } from '@parley/bots/bot-figures';
import { BotFleet } from '@parley/bots/bot-fleet';
import { progressLine } from '@parley/bots/fleet-figures';
import { until } from '@parley/bots/inbox';
import type { CarrierKind } from '@parley/protocol/client-messages';
import { Stack } from '../stack.ts';
import { atMostOnceASecond, kib, seconds, table } from './format.ts';
import { costsOf, type Part } from './process-costs.ts';
import { storedStateBytes } from './stored-state.ts';

export interface BurstOptions {
  people: number;
  carrier: CarrierKind;
  /** Time in which all join, evenly, ms. */
  withinMs: number;
  /** Audio packets a second of each, and pictures. */
  rate: number;
  /** Hears how it goes. */
  onProgress?(line: string): void;
}

export interface BurstFigures {
  people: number;
  carrier: CarrierKind;
  /** From the first join until each received all of each other, ms. */
  completeMs: number;
  /** Offers to one participant. */
  offers: { mean: number; most: number };
  /** What they would be, on average, with one for each other who joins later and one for all who are there already. */
  offersUncoalesced: number;
  tracksAnOffer: number;
  /** Of the SDP of offers. */
  bytesATrack: number;
  /** Of the SDP of all offers. */
  offerBytes: number;
  /** A participant, in both directions. */
  room: Signalling;
  session: Signalling;
  /** CPU time, seconds. */
  cpu: Record<(typeof CPU_OF)[number], number>;
  /** The Room's state as it is stored. */
  stateBytes: number | undefined;
}

interface Signalling {
  messages: number;
  /** To the server, and from it. */
  sentBytes: number;
  receivedBytes: number;
}

const TRACKS = 2;
const CPU_OF = ['node', 'media workers', 'workerd', 'bots'] as const;
/** Offers that only bots get: their first answer refuses congestion feedback, so the first video is offered anew without. */
const NARROWING = 1;
/** Everybody receives everybody within this after the last join, ms. */
const COMPLETE_MS = 60_000;
const PEOPLE_A_PROCESS = 25;

/**
 * Shows that everybody who joins in a burst receives everybody, and that offers to one participant are put together.
 *
 * @throws {Error} naming what did not hold
 */
export async function proveBurst(stack: Stack, options: BurstOptions): Promise<BurstFigures> {
  const { people, carrier, withinMs, rate, onProgress } = options;
  const room = `burst-${people}-${carrier}-${Date.now().toString(36)}`;
  const plan = Array.from({ length: people }, (_, index) => ({
    edgeUrl: stack.url,
    room,
    name: `Bot ${index}`,
    publish: ['microphone', 'camera'] as const,
    carrier,
    audioRate: rate,
    videoRate: rate,
  }));
  const fleet = new BotFleet(plan, {
    joiningAtOnce: people,
    joinsPerSecond: (people * 1000) / withinMs,
    patienceMs: COMPLETE_MS,
    processes: Math.ceil(people / PEOPLE_A_PROCESS),
    onProgress: (figures) => onProgress?.(`${people} over ${carrier}: ${progressLine(figures)}`),
  });
  try {
    const before = await costsOf(stack);
    const start = performance.now();
    await fleet.start();
    const { ready, failed, problems } = await fleet.figures();
    if (ready < people)
      throw new Error(`${ready} of ${people} got in: ${JSON.stringify({ failed, problems })}`);
    let bots: BotFigures[] = [];
    const lacks = () =>
      bots.flatMap(({ name, tracks, problems }) => {
        const flowing = tracks.filter(({ packets }) => packets > 0).length;
        if (flowing === (people - 1) * TRACKS) return [];
        return [`${name} (${flowing} of ${tracks.length} that it was offered; ${problems.join('; ')})`];
      });
    await until(
      async () => {
        bots = await fleet.bots();
        if (lacks().length === 0) return true;
        onProgress?.(`${people} over ${carrier}: ${lacks().length} do not receive all yet`);
        await sleep(100);
        return false;
      },
      `each receives the ${(people - 1) * TRACKS} tracks of the others`,
      { ms: COMPLETE_MS, state: () => `these do not: ${lacks().join(', ')}` },
    );
    const completeMs = performance.now() - start;
    const after = await costsOf(stack);
    const wrong = bots.flatMap((bot) => bot.problems.map((problem) => `${bot.name}: ${problem}`));
    if (wrong.length > 0) throw new Error(`not as it should be: ${wrong.slice(0, 10).join('; ')}`);
    const cpuOf = (part: Part) => after[part].cpu - before[part].cpu;
    const figures = {
      people,
      carrier,
      completeMs,
      ...offerFigures(bots),
      room: signalling(bots, 'room'),
      session: signalling(bots, 'direct'),
      cpu: {
        node: cpuOf('node'),
        'media workers': cpuOf('media workers'),
        workerd: cpuOf('workerd'),
        bots: cpuOf('bots'),
      },
      stateBytes: await storedStateBytes(stack.storageFolder, room),
    };
    if (figures.offers.mean >= people)
      throw new Error(`${figures.offers.mean.toFixed(1)} offers to one participant, of ${people}`);
    return figures;
  } finally {
    await fleet.close();
  }
}

function offerFigures(bots: readonly BotFigures[]) {
  const people = bots.length;
  const total = { offers: 0, tracks: 0, bytes: 0 };
  for (const { offered } of bots) {
    total.offers += offered.offers;
    total.tracks += offered.tracks;
    total.bytes += offered.bytes;
  }
  return {
    offers: { mean: total.offers / people, most: Math.max(...bots.map(({ offered }) => offered.offers)) },
    // Of those who come one after another, the first is told of all others one by one, the last of all at once.
    offersUncoalesced: ((people - 1) * people * 0.5 + people - 1) / people + NARROWING,
    tracksAnOffer: total.tracks / total.offers,
    bytesATrack: total.bytes / total.tracks,
    offerBytes: total.bytes,
  };
}

function signalling(bots: readonly BotFigures[], socket: 'room' | 'direct'): Signalling {
  const sum = { messages: 0, sentBytes: 0, receivedBytes: 0 };
  for (const bot of bots) {
    const { sentMessages, receivedMessages, sentBytes, receivedBytes } = bot.signalling[socket];
    sum.messages += (sentMessages + receivedMessages) / bots.length;
    sum.sentBytes += sentBytes / bots.length;
    sum.receivedBytes += receivedBytes / bots.length;
  }
  return sum;
}

/** What is shown of a run: two lines of heading, and the cell. */
const COLUMNS: readonly [string, string, (run: BurstFigures) => string][] = [
  ['people', '', ({ people, carrier }) => `${people} ${carrier}`],
  ['all have', 'all, s', ({ completeMs }) => seconds(completeMs)],
  ['offers a', 'person', ({ offers }) => offers.mean.toFixed(1)],
  ['', 'most', ({ offers }) => String(offers.most)],
  ['one a', 'joiner', ({ offersUncoalesced }) => offersUncoalesced.toFixed(1)],
  ['tracks', 'an offer', ({ tracksAnOffer }) => tracksAnOffer.toFixed(1)],
  ['bytes', 'a track', ({ bytesATrack }) => bytesATrack.toFixed(0)],
  ['Room socket:', 'messages, KiB', ({ room }) => showSignalling(room)],
  ['own socket:', 'messages, KiB', ({ session }) => showSignalling(session)],
  ...CPU_OF.map((part, index): [string, string, (run: BurstFigures) => string] => [
    index === 0 ? 'CPU s:' : '',
    part,
    ({ cpu }) => cpu[part].toFixed(1),
  ]),
  ['Room state', 'KiB', ({ stateBytes }) => (stateBytes === undefined ? '–' : kib(stateBytes))],
];

/** The figures of all runs, and what their growth comes from. Messages and bytes are a person’s. */
export function describe(runs: readonly BurstFigures[], withinMs: number): string {
  const rows = [
    COLUMNS.map(([first]) => first),
    COLUMNS.map(([, second]) => second),
    ...runs.map((run) => COLUMNS.map(([, , cell]) => cell(run))),
  ];
  return `${table(rows)}\n${growth(runs, withinMs)}`;
}

function showSignalling({ messages, sentBytes, receivedBytes }: Signalling): string {
  return `${messages.toFixed(0)}, ${(sentBytes / 1024).toFixed(0)}↑ ${(receivedBytes / 1024).toFixed(0)}↓`;
}

/** Compares the smallest run with the largest of the same carrier. */
function growth(runs: readonly BurstFigures[], withinMs: number): string {
  const large = runs.toSorted((a, b) => b.people - a.people)[0];
  const small = runs
    .filter(({ carrier }) => carrier === large?.carrier)
    .toSorted((a, b) => a.people - b.people)[0];
  if (large === undefined || small === undefined || large === small) return '';
  const times = (of: (run: BurstFigures) => number) => `×${(of(large) / of(small)).toFixed(1)}`;
  return [
    `From ${small.people} to ${large.people} people (${times((run) => run.people)}, ${large.carrier}) the SDP of offers grows ${times((run) => run.offerBytes)}: each person (n, ${times((run) => run.people)}) gets k offers (${times((run) => run.offers.mean)}), and each names all m tracks there are, ended ones included (${times((run) => run.tracksAnOffer)}, ${large.bytesATrack.toFixed(0)} bytes each), hence O(n·k·m) and, m being O(n), O(n²·k).`,
    `k is what coalescing bounds: without it it would be O(n) (${times((run) => run.offersUncoalesced)}, ${large.offersUncoalesced.toFixed(1)} at ${large.people}) and the whole O(n³); with it an offer goes out once and then at most as often as answers come and a pause that grows with the tracks to half a second allows, ${large.offers.mean.toFixed(1)} in the ${seconds(withinMs)} s of this burst. Room events are O(n) a person (${times((run) => run.room.messages)} messages), O(n²) in all.`,
  ].join('\n');
}

if (import.meta.main) {
  const setting = (name: string, otherwise: string) => process.env[name] ?? otherwise;
  const withinMs = Number(setting('WITHIN', '10')) * 1000;
  const carriers = setting('CARRIER', 'relay,direct').split(',');
  const stack = await Stack.start({ nodeEnv: { LOG_LEVEL: 'info' } });
  const runs: BurstFigures[] = [];
  let code = 0;
  try {
    for (const people of setting('SIZES', '10,25,50').split(',').map(Number)) {
      for (const carrier of carriers) {
        if (carrier !== 'relay' && carrier !== 'direct') throw new Error(`CARRIER: ${carrier} is none`);
        runs.push(
          await proveBurst(stack, {
            people,
            carrier,
            withinMs,
            rate: Number(setting('RATE', '1')),
            onProgress: atMostOnceASecond((line) => console.error(line)),
          }),
        );
      }
    }
    if (stack.troubles.length > 0) throw new Error(`servers reported:\n${stack.troubles.join('\n')}`);
  } catch (error) {
    console.error(`not shown: ${error instanceof Error ? error.message : error}`);
    code = 1;
  }
  if (runs.length > 0) console.log(describe(runs, withinMs));
  await stack.stop();
  process.exit(code);
}
