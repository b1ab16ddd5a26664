/**
 * `pnpm prove:faults`: what befalls a call, how long sound and picture are gone, what the application hears, and that everything is
 * as it was afterwards without the application doing anything. Two Chromiums with dense pictures in a call through the SDK; one is in a
 * network namespace of its own, to which it happens. For each fault: the longest time in seconds without a newly decoded frame, at the
 * one whom it befalls (`viewer`) and at the other, of what that one sends (`publisher`), and seconds from its beginning until
 * everything was as before (`whole`). Linux, root. Set by the environment:
 *
 * - `REPETITIONS` (3)
 * - `FAULTS`: only those whose name has this text
 *
 * What these are: `machine asleep` and `tab stopped` are SIGSTOP of the browser's and of the page's processes, in which, unlike in a
 * machine that sleeps, the monotonic clock goes on; `tab frozen` is what Chromium does to tabs in the background, by its debugger,
 * which leaves the media of a page in a call alone; `camera unplugged` is the end of the process that captures, after which another camera can be had; `address changed` takes
 * the address away from the one network interface and gives it another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '@parley/bots/fleet-figures';
import type { Stack } from '../stack.ts';
import { ClientNetwork } from '../turn/client-network.ts';
import { FAULTS, type Fault } from './faults/fault-names.ts';
import { inject } from './faults/inject.ts';
import { lacks, Scene, stackFor } from './faults/scene.ts';
import { longestStill, moves } from './faults/stillness.ts';
import { table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

/** One fault once, in seconds. */
export interface Outcome {
  fault: Fault;
  /** How long the one whom it befell did not see the other move, and was not seen to. */
  viewer: number;
  publisher: number;
  /** From its beginning until everything was as before. */
  whole: number;
  /** What the application of the one whom it befell heard, in order. */
  heard: string[];
}

/** How long after its end a fault may be felt, ms. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 250;

/**
 * Has each fault befall a call, and waits until all is as it was.
 *
 * @throws {Error} naming the fault after which it was not, and what was missing
 */
export async function proveFaults(
  stack: Stack,
  network: ClientNetwork,
  { faults, repetitions }: { faults: readonly Fault[]; repetitions: number },
  print: (text: string) => void,
): Promise<Outcome[]> {
  stack.expectTroubles(/worker process died|"worker-died"/);
  const outcomes: Outcome[] = [];
  const scene = await Scene.open(stack, network);
  try {
    await scene.call(`faults-${Date.now().toString(36)}`);
    await whole(scene, 0, 'the beginning');
    for (let round = 0; round < repetitions; round++) {
      for (const fault of faults) {
        const outcome = await befall(scene, stack, network, fault);
        outcomes.push(outcome);
        print(line(outcome));
      }
    }
    await scene.hangUp();
  } finally {
    await scene.close();
  }
  print(summary(outcomes));
  return outcomes;
}

async function befall(scene: Scene, stack: Stack, network: ClientNetwork, fault: Fault): Promise<Outcome> {
  const began = Date.now();
  await inject(fault, { stack, network, ann: scene.ann });
  const { ann, bob, since } = await whole(scene, began, fault);
  const after = ann.events.filter(({ at }) => at >= began);
  return {
    fault,
    viewer: longestStill(ann.frames['Bob camera'] ?? [], began),
    publisher: longestStill(bob.frames['Ann camera'] ?? [], began),
    whole: (since - began) / 1000,
    heard: after.map(({ name, what }) => (what === '' ? name : `${name} ${what}`)),
  };
}

/** Waits until nothing is missing and both pictures have moved for a while. */
async function whole(scene: Scene, began: number, what: string) {
  const end = Date.now() + PATIENCE_MS;
  let since: number | undefined;
  for (;;) {
    const sight = await scene.sight();
    const now = Date.now();
    const missing = lacks(sight);
    if (!moves(sight.ann.frames['Bob camera'] ?? [], now)) missing.push('Ann sees Bob move');
    if (!moves(sight.bob.frames['Ann camera'] ?? [], now)) missing.push('Bob sees Ann move');
    since = missing.length > 0 ? undefined : (since ?? now);
    // What a cut socket leads to comes a moment later.
    if (since !== undefined && now - Math.max(since, began) > 3_000) return { ...sight, since };
    if (now > end) {
      const heard = sight.ann.events.slice(-12).map(({ name, what }) => `${name} ${what}`);
      throw new Error(
        `${what}: after ${PATIENCE_MS / 1000} s there is not: ${missing.join('; ')}; Ann heard ${heard.join(', ')}`,
      );
    }
    await sleep(LOOK_MS);
  }
}

function line({ fault, viewer, publisher, whole, heard }: Outcome): string {
  const figures = [viewer, publisher, whole].map((seconds) => seconds.toFixed(1)).join(', ');
  return `${fault}: viewer and publisher without frames, whole after: ${figures} s; heard ${heard.join(', ') || 'nothing'}`;
}

function summary(outcomes: readonly Outcome[]): string {
  const rows = [...Map.groupBy(outcomes, ({ fault }) => fault)].map(([fault, some]) => {
    const of = (which: 'viewer' | 'publisher' | 'whole') => {
      const seconds = some.map((one) => one[which]);
      return [percentile(seconds, 0.5), percentile(seconds, 1)].map((one = 0) => one.toFixed(1)).join(' / ');
    };
    return [fault, String(some.length), of('viewer'), of('publisher'), of('whole')];
  });
  return table([['seconds', 'times', 'viewer p50 / max', 'publisher p50 / max', 'whole p50 / max'], ...rows]);
}

if (import.meta.main) {
  const wanted = process.env['FAULTS'] ?? '';
  const faults = FAULTS.filter((fault) => fault.includes(wanted));
  const repetitions = numberSetting('REPETITIONS', 3);
  const network = await ClientNetwork.open();
  try {
    await showProof(stackFor(network), async (stack) => {
      try {
        await proveFaults(stack, network, { faults, repetitions }, console.log);
      } finally {
        await network.close();
      }
      return `${faults.length} faults, ${repetitions} times each`;
    });
  } finally {
    await network.close();
  }
}
