import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { evenly } from '../testing/evenly.ts';
import { useNode } from '../testing/room-fixture.ts';
import { RoomMeter } from './room-meter.ts';

const fixture = useNode({ PARLEY_PERFORMANCE_WORKER_THREADS: '2' }, { placement: evenly });

it('what goes from one worker to another is sent by the one and received by the other', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  alice.simulcast = true;
  const bob = await fixture.join(link, 'bob');
  bob.receive();
  await alice.publish(['microphone', 'camera']);
  alice.send();
  const room = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  if (room === undefined) throw new Error('the room has no media');
  await until(() => bob.received.size === 2, 'bob receives both');

  const meter = new RoomMeter(room);
  const since = performance.now();
  expect(await meter.measure(since)).toBeUndefined();
  const sent = () => [...bob.received.values()].reduce((sum, count) => sum + count, 0);
  const before = sent();
  await until(() => sent() > before + 100, 'a second of it');
  const uses = await meter.measure(performance.now());
  const [here, there] = room.routers.map(({ worker }) => uses?.get(worker));
  // The microphone and three layers.
  expect(there?.packetsIn, 'all that alice sends').toBe(here?.packetsIn);
  expect(here?.packetsOut[0]).toBe(here?.packetsIn);
  expect((there?.packetsOut[0] ?? 0) / (there?.packetsIn ?? 1), 'the microphone and one layer').toBeCloseTo(
    0.5,
    1,
  );
  expect(here).toMatchObject({ transports: 2, producers: 2, consumers: 2 });
  expect(there).toMatchObject({ transports: 2, producers: 2, consumers: 2 });
});
