import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

// No node process has as little.
const fixture = useNode({ PARLEY_PERFORMANCE_MAX_MEMORY_TOTAL: '64' }, { sampleMs: 250 });
const page = async () => await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();

it('a node that has more memory than it may tells so, refuses newcomers, and takes no video; it stays ready', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone', 'camera']);
  alice.send();
  await fixture.edge.fleetMessages.next(
    ({ type, load }) => type === 'heartbeat' && load.full === true,
    'the heartbeat that tells the Fleet',
  );
  const shed = (step: string) => new RegExp(`^parley_rooms_shed\\{step="${step}"\\} 1$`, 'm');
  await until(async () => shed('refuse').test(await page()), 'the room takes nobody more');
  expect(await page()).toMatch(/^parley_node_full 1$/m);
  link.sendOpen('bob', await link.nextTicket('bob'));
  expect(await link.sessionClosed('bob')).toBe('room_overloaded');
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  const [camera] = [...(media?.sessions.values() ?? [])]
    .flatMap(({ published }) => published)
    .filter(({ producer }) => producer.kind === 'video');
  const packets = async () => (await camera?.producer.getStats())?.[0]?.packetCount ?? 0;
  const before = await packets();
  // 50 a second: twice the looks that it would take to lose every camera and screen.
  await until(async () => (await packets()) > before + 125, 'the camera has gone on for a while');
  expect(media?.shed, 'no video was taken').toBe('refuse');
  expect((await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/readyz`)).status).toBe(200);
});
