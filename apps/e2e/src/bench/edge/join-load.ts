import { percentile } from '@parley/bots/fleet-figures';
import { costsOf, type Part } from '../../prove/process-costs.ts';
import type { Stack } from '../../stack.ts';
import { SignalClient } from './signal-client.ts';

/** Into a room that is there, or each into a room that it makes. */
export type JoinScene = 'one room' | 'new rooms';

export interface JoinLoad {
  scene: JoinScene;
  /** How many join at any time. */
  atOnce: number;
  joins: number;
  /** Joins a second. */
  rate: number;
  /** From `join` to `joined`, ms. */
  p50: number;
  p95: number;
  p99: number;
  /** CPU for each, seconds: of workerd, wrangler's own proxy in front of the Worker included, and of the media node. */
  cpu: { workerd: number; node: number };
}

/** Lets `joins` clients join, `atOnce` at any time; each leaves when it is in, and the next one comes. */
export async function loadJoins(
  stack: Stack,
  scene: JoinScene,
  atOnce: number,
  joins: number,
): Promise<JoinLoad> {
  const room = `load-${atOnce}-${Date.now().toString(36)}`;
  // The room is there, with its node.
  const host = scene === 'one room' ? await SignalClient.join(stack.url, room, 'Host') : undefined;
  const took: number[] = [];
  let begun = 0;
  const visitor = async () => {
    while (begun < joins) {
      const number = begun++;
      const roomId = scene === 'one room' ? room : `${room}-${number}`;
      const client = await SignalClient.join(stack.url, roomId, `Visitor ${number}`);
      took.push(client.joinMs);
      await client.leave();
    }
  };
  const before = await costsOf(stack);
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, visitor));
  const elapsed = (performance.now() - start) / 1000;
  const after = await costsOf(stack);
  const cpuOf = (part: Part) => (after[part].cpu - before[part].cpu) / took.length;
  await host?.leave();
  const at = (share: number) => percentile(took, share) ?? 0;
  return {
    scene,
    atOnce,
    joins: took.length,
    rate: took.length / elapsed,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    cpu: { workerd: cpuOf('workerd'), node: cpuOf('node') + cpuOf('media workers') },
  };
}

/** Where more at once brings no more a second: the first load with 90 % of the best rate. */
export function knee(loads: readonly JoinLoad[]): JoinLoad | undefined {
  const best = Math.max(...loads.map(({ rate }) => rate));
  return loads.find(({ rate }) => rate >= 0.9 * best);
}
