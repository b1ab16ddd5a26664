import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { ClientNetwork } from '../turn/client-network.ts';
import type { Fault } from './faults/fault-names.ts';
import { stackFor } from './faults/scene.ts';
import { proveFaults } from './faults.ts';

/** The quickest. */
const FEW: readonly Fault[] = [
  'room’s socket cut',
  'node’s socket cut',
  'camera unplugged',
  'node’s worker killed',
];

let network: ClientNetwork;
let stack: Stack;
beforeAll(async () => {
  network = await ClientNetwork.open();
  stack = await Stack.start(stackFor(network));
}, 90_000);
afterAll(async () => {
  await stack?.stop();
  await network?.close();
  expect(stack?.troubles, 'what servers reported').toEqual([]);
});

it('a call is whole again after each fault, and the application hears of it', async () => {
  const outcomes = await proveFaults(stack, network, { faults: FEW, repetitions: 1 }, console.log);
  const [room, node, camera, worker] = outcomes.map(({ heard }) => heard);
  expect(room).toEqual(['reconnecting signaling', 'reconnected signaling']);
  expect(node, 'nothing that an application would have to know').toEqual([]);
  expect(camera).toContain('device-changed lost');
  expect(worker).toEqual(expect.arrayContaining(['reconnecting media', 'track camera', 'reconnected media']));
}, 240_000);
