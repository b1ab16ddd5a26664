/**
 * `pnpm bench:forward`: what forwarding costs: CPU seconds for a million packets sent to clients, of the media workers and of the
 * Node process that has them, apart; the media node against bare mediasoup (`forward/bare-sfu.ts`: the same worker program, codecs
 * and transports, without sessions and rooms of ours).
 *
 *     node apps/e2e/src/bench/forward.ts [--scenes viewers,meeting,listeners] [--workers 1,2] [--pairs 12] [--seconds 3]
 *         [--settle 1] [--size N]
 *
 * Windows are short and many: whatever else the machine does changes little from one to the next. The same bots, with ICE, DTLS and SRTP, are in a call on both sides the whole time and send on one side at a time: bare, parley,
 * parley, bare, … Packets are those that the workers' own counters say, CPU time is the kernel's. A comparison does not count, and
 * says so, where more than 0.5% of the packets did not come to the bots or the sides did not forward the same. Linux only.
 */
import { parseArgs } from 'node:util';
import { type Comparison, describe } from './forward/comparison.ts';
import { MeasuredCall, type Window } from './forward/measured-call.ts';
import type { PacketCounts } from './forward/packet-counter.ts';
import { type RoomPlan, roomsOf, SCENES, type SceneName, sharesOf } from './forward/scenes.ts';
import { type BareSide, openBare, openParley, type Side, type SideName } from './forward/side.ts';

export interface ForwardOptions {
  scenes: readonly SceneName[];
  /** How many workers each side has, one run each. */
  workers: readonly number[];
  /** Windows on each side, in turn. */
  pairs: number;
  /** Of a window. */
  seconds: number;
  /** Before a window. */
  settleSeconds: number;
  /** People in each call instead of the scene's own number. */
  size?: number;
}

/** @param onProgress takes a line for each window */
export async function benchForward(
  { scenes, workers, size, ...rhythm }: ForwardOptions,
  onProgress: (line: string) => void = () => undefined,
): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const count of workers) {
    const bare = await openBare(count);
    let parley: Side | undefined;
    try {
      parley = await openParley(count);
      for (const name of scenes) {
        const people = size ?? SCENES[name].size;
        const rooms = roomsOf(SCENES[name], people, count);
        const times = rooms.length > 1 ? `${rooms.length} of ` : '';
        const title = `${times}${SCENES[name].title(people)}`;
        onProgress(`${title}, workers: ${count}`);
        const pairs = await compare({ bare, parley }, rooms, rhythm, onProgress);
        all.push({ title, workers: count, pairs });
      }
      const troubles = [...bare.troubles(), ...parley.troubles()];
      if (troubles.length > 0) throw new Error(`servers reported:\n${troubles.join('\n')}`);
    } finally {
      await Promise.all([bare.close(), parley?.close()]);
    }
  }
  return all;
}

async function compare(
  sides: { bare: BareSide; parley: Side },
  rooms: readonly RoomPlan[],
  { pairs, seconds, settleSeconds }: Pick<ForwardOptions, 'pairs' | 'seconds' | 'settleSeconds'>,
  onProgress: (line: string) => void,
): Promise<Comparison['pairs']> {
  const [bare, parley] = [new MeasuredCall(sides.bare), new MeasuredCall(sides.parley)];
  try {
    for (const room of rooms) {
      const before = (await sides.parley.counts()).routers.length;
      await parley.open(room);
      const { routers } = await sides.parley.counts();
      sides.bare.divide(sharesOf(room, routers.slice(before)));
      await bare.open(room);
    }
    for (const line of await differences(sides)) onProgress(line);
    const all: Comparison['pairs'] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const windows: Partial<Record<SideName, Window>> = {};
      // Whoever comes second has whatever drifts against it; so each does in turn.
      for (const call of pair % 2 === 0 ? [bare, parley] : [parley, bare]) {
        const window = await call.measure(seconds, settleSeconds * 1000);
        windows[call.side.name] = window;
        onProgress(describeWindow(call.side.name, window));
      }
      if (windows.bare !== undefined && windows.parley !== undefined)
        all.push({ bare: windows.bare, parley: windows.parley });
    }
    return all;
  } finally {
    await Promise.all([bare.close(), parley.close()]);
  }
}

/** In how producers and consumers were made, and where routers are. */
async function differences(sides: Record<SideName, Side>): Promise<string[]> {
  const [bare, parley] = await Promise.all([sides.bare.counts(), sides.parley.counts()]);
  const clients = ({ routers }: PacketCounts) =>
    routers.flatMap(({ transports }) => (transports > 0 ? [transports] : [])).join(' + ');
  const all = new Set([...Object.keys(bare.settings), ...Object.keys(parley.settings)]);
  return [
    `transports of clients by worker: bare ${clients(bare)}, parley ${clients(parley)}`,
    ...[...all].flatMap((one) => {
      const [here = 0, there = 0] = [bare.settings[one], parley.settings[one]];
      return here === there ? [] : [`made otherwise: bare has ${here}, parley ${there} of ${one}`];
    }),
  ];
}

function describeWindow(name: SideName, window: Window): string {
  const share = (figure: number) => ((figure / window.seconds) * 100).toFixed(2);
  const rate = (figure: number) => (figure / window.seconds).toFixed(0);
  const { workers, node, bots, packetsIn, packetsOut, piped, lost, busy } = window;
  return [
    `${name.padEnd(6)} workers ${share(workers)}% of a core, node ${share(node)}%, bots ${share(bots)}%`,
    `machine ${(busy * 100).toFixed(0)}%`,
    `packets/s ${rate(packetsIn)} in, ${rate(packetsOut)} out, ${rate(piped)} piped, ${(lost * 100).toFixed(3)}% lost`,
  ].join('; ');
}

if (import.meta.main) {
  const names = Object.keys(SCENES) as SceneName[];
  const { values } = parseArgs({
    options: {
      scenes: { type: 'string', default: names.join(',') },
      workers: { type: 'string', default: '1,2' },
      pairs: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '3' },
      settle: { type: 'string', default: '1' },
      size: { type: 'string' },
    },
  });
  const scenes = values.scenes.split(',').map((asked) => {
    const name = names.find((one) => one === asked);
    if (name === undefined) throw new Error(`--scenes are of ${names.join(', ')}`);
    return name;
  });
  const comparisons = await benchForward(
    {
      scenes,
      workers: values.workers.split(',').map(Number),
      pairs: Number(values.pairs),
      seconds: Number(values.seconds),
      settleSeconds: Number(values.settle),
      ...(values.size !== undefined && { size: Number(values.size) }),
    },
    (line) => console.error(line),
  );
  console.log(
    `CPU seconds a million packets sent to clients; ratio: parley's workers to bare ones\n${describe(comparisons)}`,
  );
  // libdatachannel's threads would keep the process.
  process.exit(0);
}
