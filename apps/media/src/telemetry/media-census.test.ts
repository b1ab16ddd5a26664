import { observer } from 'mediasoup';
import type { Worker } from 'mediasoup/types';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const workers: Worker[] = [];
observer.on('newworker', (worker) => workers.push(worker));
const fixture = useNode();
const all = async () => {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  const names = ['routers', 'transports', 'producers', 'consumers'];
  return names.map((name) => Number(new RegExp(`^parley_${name} (\\S+)$`, 'm').exec(page)?.[1]));
};

/** A sample is up to two seconds old. */
const expectCounted = (expected: number[], what: string) =>
  expect.poll(all, { timeout: 5000, message: what }).toEqual(expected);

it('what is open on the workers is counted, until it is closed or its worker dies', async () => {
  const call = async () => {
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    const bob = await fixture.join(link, 'bob');
    bob.receive();
    await alice.publish(['microphone', 'camera']);
    return link;
  };
  const link = await call();
  await expectCounted([1, 2, 2, 2], 'two tracks go from one client to the other');
  link.sendClose('alice');
  await expectCounted([1, 1, 0, 0], 'bob’s receiving transport is left');
  link.send({ type: 'close-room', roomId: link.roomId });
  await expectCounted([0, 0, 0, 0], 'nothing is left of the room');

  await call();
  await expectCounted([1, 2, 2, 2], 'another call');
  const [worker] = workers.filter(({ closed }) => !closed);
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await expectCounted([0, 0, 0, 0], 'what a dead worker had is not open');
});
