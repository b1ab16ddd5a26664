import { afterEach, expect, it } from 'vitest';
import { evenly } from '../testing/evenly.ts';
import { until } from '../testing/inbox.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode({ PARLEY_PERFORMANCE_WORKER_THREADS: '2' }, { placement: evenly });
const mediaOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
const workerOf = (link: TestLink, participantId: string) =>
  mediaOf(link)?.sessions.get(participantId)?.router.worker;

/** What the workers have open, and tracks between them. A sample is up to two seconds old. */
async function open() {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  const names = [
    'routers',
    'transports',
    'producers',
    'consumers',
    'pipes',
    'data_producers',
    'data_consumers',
  ];
  return names.map((name) => Number(new RegExp(`^parley_${name} (\\S+)$`, 'm').exec(page)?.[1]));
}
const expectOpen = (counts: number[], what: string) =>
  expect.poll(open, { timeout: 5000, message: what }).toEqual(counts);

afterEach(async () => {
  for (const { roomId } of fixture.node.rooms.rooms) {
    fixture.edge.links.all.find((link) => link.roomId === roomId)?.send({ type: 'close-room', roomId });
  }
  await expectOpen([0, 0, 0, 0, 0, 0, 0], 'nothing is left of the room');
});

/** Participants in the order in which they come, each receiving: every second is on the other worker. */
async function join(link: TestLink, ...names: string[]): Promise<TestPeer[]> {
  const peers: TestPeer[] = [];
  for (const name of names) {
    const peer = await fixture.join(link, name);
    peer.receive();
    peers.push(peer);
  }
  return peers;
}

const flows = async (peer: TestPeer, trackId: string) => {
  const before = peer.received.get(trackId) ?? 0;
  await until(() => (peer.received.get(trackId) ?? 0) > before + 10, `${trackId} flows`);
};

it('everybody receives everybody, and each track goes to the other worker once', async () => {
  const link = await fixture.room();
  const peers = await join(link, 'alice', 'bob', 'carol', 'dave');
  const names = peers.map(({ client }) => client.participantId);
  const workers = names.map((name) => workerOf(link, name));
  expect(workers).toEqual([workers[0], workers[1], workers[0], workers[1]]);
  expect(workers[0]).not.toBe(workers[1]);
  const answers = await Promise.all(peers.map((peer) => peer.publish(['microphone', 'camera'])));
  for (const peer of peers) peer.send();
  for (const [index, peer] of peers.entries()) {
    const others = answers.filter((_, at) => at !== index).flatMap(({ tracks }) => tracks);
    for (const { trackId } of others) await flows(peer, trackId);
  }
  // 8 clients' transports and a pair of pipes; 8 tracks, each there twice; 24 subscriptions and a pipe's end a track.
  await expectOpen([2, 8 + 2, 8 + 8, 24 + 8, 8, 0, 0], 'all is there once');
});
