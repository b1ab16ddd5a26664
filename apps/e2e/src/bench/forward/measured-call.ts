import { setTimeout as sleep } from 'node:timers/promises';
import { BotFleet } from '@parley/bots/bot-fleet';
import { type FleetFigures, mergeFigures } from '@parley/bots/fleet-figures';
import { cpuSeconds, machineTime } from './cpu-time.ts';
import type { PacketCount } from './packet-counter.ts';
import type { RoomPlan } from './scenes.ts';
import type { Side } from './side.ts';

/** Until everybody receives everybody, after all have joined. */
const COMPLETE_MS = 60_000;

/** What a side used and did while its call was measured. */
export interface Window {
  seconds: number;
  /** CPU seconds. */
  workers: number;
  node: number;
  bots: number;
  /** Of packets that clients sent and got, and of those that went from one worker to another, by the workers' counters. */
  packetsIn: number;
  packetsOut: number;
  piped: number;
  /** Of those sent to bots, the share that did not come, 0–1. */
  lost: number;
  /** Of all cores, 0–1, everything on the machine included. */
  busy: number;
}

/** Rooms of bots on a side, that send next to nothing but while they are measured. */
export class MeasuredCall {
  readonly side: Side;
  readonly #fleets: BotFleet[] = [];

  constructor(side: Side) {
    this.side = side;
  }

  /** Brings in a room's bots. @throws when one does not get in, or a track does not come */
  async open({ bots }: RoomPlan): Promise<void> {
    const plan = bots.map((bot) => ({ ...bot, edgeUrl: this.side.url }));
    // What a client gets before its first answer is made with less knowledge of it: where several send, that must not be chance.
    const several = bots.filter(({ publish = [] }) => publish.length > 0).length > 1;
    const fleet = new BotFleet(plan, several ? { joiningAtOnce: 1 } : {});
    this.#fleets.push(fleet);
    await fleet.start();
    const tracks = bots.reduce((sum, { publish = [] }) => sum + publish.length * (bots.length - 1), 0);
    await this.#complete(fleet, tracks);
    await fleet.setIdle(true);
  }

  /** @param settleMs time to come to full rate, before */
  async measure(seconds: number, settleMs: number): Promise<Window> {
    await this.#setIdle(false);
    try {
      await sleep(settleMs);
      // What counting costs is outside of the time that is measured; each count has its own time.
      const counted = await this.side.counts();
      const received = await this.#figures();
      const start = this.#now(counted.workers);
      await sleep(seconds * 1000);
      const end = this.#now(counted.workers);
      const receivedThen = await this.#figures();
      const countedThen = await this.side.counts();
      const elapsed = (end.at - start.at) / 1000;
      const came = receivedThen.receivedPackets - received.receivedPackets;
      const lost = receivedThen.lostPackets - received.lostPackets;
      return {
        seconds: elapsed,
        workers: end.workers - start.workers,
        node: end.node - start.node,
        bots: end.bots - start.bots,
        packetsIn: elapsed * rate(counted.in, countedThen.in),
        packetsOut: elapsed * rate(counted.out, countedThen.out),
        piped: elapsed * rate(counted.piped, countedThen.piped),
        lost: lost / Math.max(1, came + lost),
        busy: (end.machine.busy - start.machine.busy) / (end.machine.all - start.machine.all),
      };
    } finally {
      await this.#setIdle(true);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.close()));
  }

  /** Waits until so many tracks flow to a room's bots. */
  async #complete(fleet: BotFleet, tracks: number): Promise<void> {
    const patience = AbortSignal.timeout(COMPLETE_MS);
    for (;;) {
      const { failed, problems, ...figures } = await fleet.figures();
      const flowing = figures.tracks - figures.silentTracks;
      if (flowing === tracks) return;
      const wrong = { ...failed, ...problems };
      if (patience.aborted || Object.keys(wrong).length > 0)
        throw new Error(`${this.side.name}: ${flowing} of ${tracks} tracks flow; ${JSON.stringify(wrong)}`);
      await sleep(100);
    }
  }

  async #setIdle(idles: boolean): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.setIdle(idles)));
  }

  async #figures(): Promise<FleetFigures> {
    return mergeFigures(await Promise.all(this.#fleets.map((fleet) => fleet.figures())));
  }

  #now(workers: readonly number[]) {
    const { user, system } = process.cpuUsage();
    return {
      at: performance.now(),
      workers: workers.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
      node: cpuSeconds(this.side.pid),
      // They are in this process.
      bots: (user + system) / 1e6,
      machine: machineTime(),
    };
  }
}

/** Packets a second, over all that were counted both times. */
function rate(before: readonly PacketCount[], after: readonly PacketCount[]): number {
  const known = new Map(before.map((count) => [count.id, count]));
  return after.reduce((sum, { id, packets, at }) => {
    const first = known.get(id);
    if (first === undefined || at <= first.at) return sum;
    return sum + ((packets - first.packets) * 1000) / (at - first.at);
  }, 0);
}
