import { SendConnection } from '@parley/bots/send-connection';
import { until } from '@parley/service/testing/inbox';
import type { Producer } from 'mediasoup/types';
import { afterEach, expect, it } from 'vitest';
import { evenly } from '../testing/evenly.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestData } from '../testing/test-data.ts';
import type { TestLink } from '../testing/test-link.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode({ PARLEY_PERFORMANCE_WORKER_THREADS: '2' }, { placement: evenly });
const mediaOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
const workerOf = (link: TestLink, participantId: string) =>
  mediaOf(link)?.sessions.get(participantId)?.router.worker;

const page = async () => await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();

/** What the workers have open, and tracks between them. A sample is up to two seconds old. */
async function open() {
  const text = await page();
  const names = [
    'routers',
    'transports',
    'producers',
    'consumers',
    'pipes',
    'data_producers',
    'data_consumers',
  ];
  return names.map((name) => Number(new RegExp(`^parley_${name} (\\S+)$`, 'm').exec(text)?.[1]));
}
const expectOpen = (counts: number[], what: string) =>
  expect.poll(open, { timeout: 5000, message: what }).toEqual(counts);

afterEach(async () => {
  for (const { roomId } of fixture.node.rooms.rooms) {
    fixture.edge.links.all.find((link) => link.roomId === roomId)?.send({ type: 'close-room', roomId });
  }
  await expectOpen([0, 0, 0, 0, 0, 0, 0], 'nothing is left of the room');
});

/** A participant who receives. Every second one who comes is on the other worker. */
async function join(link: TestLink, name: string): Promise<TestPeer> {
  const peer = await fixture.join(link, name);
  peer.receive();
  return peer;
}

/** Alice and Carol are on one worker, Bob and Dave on the other. */
async function joinFour(link: TestLink) {
  const alice = await join(link, 'alice');
  const bob = await join(link, 'bob');
  const carol = await join(link, 'carol');
  const dave = await join(link, 'dave');
  return { alice, bob, carol, dave, all: [alice, bob, carol, dave] };
}

/** The id of the first track of an answer. */
const firstOf = ({ tracks }: { tracks: readonly { trackId: string }[] }) => tracks[0]?.trackId ?? '';

const flows = async (peer: TestPeer, trackId: string) => {
  const before = peer.received.get(trackId) ?? 0;
  await until(() => (peer.received.get(trackId) ?? 0) > before + 10, `${trackId} flows`);
};

it('everybody receives everybody, and each track goes to the other worker once', async () => {
  const link = await fixture.room();
  const names = ['alice', 'bob', 'carol', 'dave'];
  const peers: TestPeer[] = [];
  for (const name of names) peers.push(await fixture.join(link, name));
  const workers = names.map((name) => workerOf(link, name));
  expect(workers).toEqual([workers[0], workers[1], workers[0], workers[1]]);
  expect(workers[0]).not.toBe(workers[1]);
  const answers = await Promise.all(peers.map((peer) => peer.publish(['microphone', 'camera'])));
  for (const peer of peers) {
    peer.receive();
    peer.send();
  }
  await Promise.all(
    peers.flatMap((peer, index) =>
      answers
        .filter((_, at) => at !== index)
        .flatMap(({ tracks }) => tracks.map(({ trackId }) => flows(peer, trackId))),
    ),
  );
  // 8 clients' transports and a pair of pipes; 8 tracks, each there twice; 24 subscriptions and a pipe's end a track.
  await expectOpen([2, 8 + 2, 8 + 8, 24 + 8, 8, 0, 0], 'all is there once');
});

it('what one publishes goes to the other worker when somebody there wants it, for as long as somebody does', async () => {
  const link = await fixture.room();
  const { alice, bob, dave } = await joinFour(link);
  const pipes = () => mediaOf(link)?.pipes.count;
  for (const { client } of [bob, dave]) client.request({ type: 'subscribe', default: false, except: [] });
  await link.stats();
  const trackId = firstOf(await alice.publish(['microphone', 'camera']));
  alice.send();
  await link.stats();
  expect(pipes()).toBe(0);
  for (const { client } of [bob, dave])
    client.request({ type: 'subscribe', default: false, except: [trackId] });
  for (const peer of [bob, dave]) await flows(peer, trackId);
  expect(pipes(), 'one for both').toBe(1);
  bob.client.request({ type: 'subscribe', default: false, except: [] });
  await until(() => mediaOf(link)?.sessions.get('bob')?.subscriptions.length === 0, 'bob has it no longer');
  expect(pipes(), 'for dave').toBe(1);
  await flows(dave, trackId);
  dave.client.request({ type: 'subscribe', default: false, except: [] });
  await until(() => pipes() === 0, 'nobody there has it');
  bob.client.request({ type: 'subscribe', default: false, except: [trackId] });
  await flows(bob, trackId);
  link.sendClose('alice');
  await until(() => pipes() === 0, 'the track has ended');
  await until(() => mediaOf(link)?.sessions.get('bob')?.subscriptions.length === 0, 'bob hears of it');
});

it('nothing goes to the other worker while nobody there sees it', async () => {
  const link = await fixture.room();
  const alice = await join(link, 'alice');
  const bob = await join(link, 'bob');
  const piped: Producer[] = [];
  mediaOf(link)
    ?.sessions.get('bob')
    ?.router.router.observer.on('newtransport', ({ observer }) =>
      observer.on('newproducer', (producer) => piped.push(producer)),
    );
  const trackId = firstOf(await alice.publish(['camera']));
  alice.send();
  await flows(bob, trackId);
  const arrived = async () => {
    const stats = (await piped.find(({ id }) => id === trackId)?.getStats()) ?? [];
    return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
  };
  const mute = (muted: boolean) => link.send({ type: 'set-muted', participantId: 'alice', trackId, muted });
  const show = (width: number, height: number) =>
    bob.client.request({ type: 'set-view', tracks: [{ trackId, width, height }] });
  const isHidden = () => {
    const { router } = mediaOf(link)?.sessions.get('bob') ?? {};
    return router !== undefined && mediaOf(link)?.pipes.on(router.router)[0]?.flows === false;
  };
  const stands = async () => {
    // What was on its way has come when the worker has answered.
    await arrived();
    const before = [await arrived(), alice.sent] as const;
    await until(() => alice.sent > before[1] + 20, 'alice sends on');
    expect((await arrived()) - before[0], 'what was on its way at the most').toBeLessThan(3);
  };
  show(0, 0);
  await until(isHidden, 'bob does not see it');
  await stands();
  show(640, 360);
  await flows(bob, trackId);

  mute(true);
  await until(
    () => mediaOf(link)?.sessions.get('bob')?.subscriptions[0]?.consumer.producerPaused === true,
    'muted',
  );
  show(0, 0);
  await until(() => mediaOf(link)?.sessions.get('bob')?.subscriptions[0]?.consumer.paused === true, 'hidden');
  mute(false);
  await until(isHidden, 'bob does not see it');
  await stands();
  mute(true);
  mute(false);
  show(640, 360);
  await flows(bob, trackId);
});

it('muting holds on the other worker, also for who comes later', async () => {
  const link = await fixture.room();
  const alice = await join(link, 'alice');
  const bob = await join(link, 'bob');
  const trackId = firstOf(await alice.publish(['microphone']));
  const mute = (muted: boolean) => link.send({ type: 'set-muted', participantId: 'alice', trackId, muted });
  const paused = (participantId: string) =>
    mediaOf(link)?.sessions.get(participantId)?.subscriptions[0]?.consumer.producerPaused;
  alice.send();
  await flows(bob, trackId);
  mute(true);
  await until(() => paused('bob') === true, 'bob’s is paused');
  await join(link, 'carol');
  await join(link, 'dave');
  await until(() => paused('dave') === true, 'dave’s is paused from the start');
  mute(false);
  await flows(bob, trackId);
  expect(paused('dave')).toBe(false);
  for (const muted of [true, false, true, false]) mute(muted);
  await link.stats();
  await flows(bob, trackId);
});

it('subscribers on the other worker choose layers, and their requests for key frames reach the publisher', async () => {
  const link = await fixture.room();
  const alice = link.client('alice');
  await link.open('alice');
  const bob = await join(link, 'bob');
  const sends = new SendConnection('alice', {
    sources: ['camera'],
    audioRate: 50,
    videoRate: undefined,
    simulcast: true,
    audioLevel: undefined,
    camera: undefined,
    bindAddress: '127.0.0.1',
  });
  try {
    alice.request({ type: 'offer', sdp: await sends.offer() });
    const answer = await alice.event('answer');
    sends.answer(answer.sdp);
    const trackId = firstOf(answer);
    await flows(bob, trackId);
    const { producer } = mediaOf(link)?.sessions.get('alice')?.published[0] ?? {};
    const consumer = () => mediaOf(link)?.sessions.get('bob')?.subscriptions[0]?.consumer;
    const asked = async () =>
      ((await producer?.getStats()) ?? []).reduce(
        (sum, { pliCount, firCount }) => sum + pliCount + firCount,
        0,
      );
    await until(() => consumer()?.currentLayers?.spatialLayer === 2, 'bob gets the top layer');
    expect(consumer()?.score.producerScores, 'each layer is known there').toHaveLength(3);
    for (const [quality, layer] of [
      ['low', 0],
      ['medium', 1],
      ['high', 2],
    ] as const) {
      const before = await asked();
      bob.client.request({ type: 'update-quality', quality });
      await until(() => consumer()?.currentLayers?.spatialLayer === layer, `bob gets the ${quality} layer`);
      expect(await asked(), `a key frame was asked for to begin with ${quality}`).toBeGreaterThan(before);
      await flows(bob, trackId);
    }
    sends.setWatched(1);
    await until(() => consumer()?.currentLayers?.spatialLayer === 0, 'bob gets the layer that is left');
    sends.setWatched(3);
    await until(() => consumer()?.currentLayers?.spatialLayer === 2, 'bob gets the top layer again');
  } finally {
    sends.close();
  }
});

it('who speaks is told of all, on whichever worker', async () => {
  const link = await fixture.room();
  const { alice, bob, carol } = await joinFour(link);
  for (const peer of [alice, bob]) {
    peer.level = -20;
    await peer.publish(['microphone']);
    peer.send();
  }
  carol.client.request({ type: 'watch-speakers', on: true });
  await carol.client.events.next(
    (event) =>
      event.type === 'active-speakers' &&
      ['alice', 'bob'].every((name) => event.speakers.some(({ participantId }) => participantId === name)),
    'both speak',
  );
});

it('a data message comes once to each, on whichever worker', async () => {
  const link = await fixture.room();
  const { all: peers } = await joinFour(link);
  const all = peers.map((peer) => peer.openData());
  await Promise.all(peers.map((peer) => peer.publish([])));
  for (const data of all) await data.opened();
  const [alice, bob, carol] = all;
  alice?.send('reliable', {}, 'to all');
  alice?.send('reliable', { to: ['bob', 'carol'] }, 'to two');
  bob?.send('reliable', { to: ['dave'] }, 'to dave');
  bob?.send('reliable', {}, 'last');
  const texts = (data?: TestData) => data?.received.all.map(({ payload }) => payload.toString()).toSorted();
  const counts = () => all.map(({ received }) => received.count);
  await until(() => counts().join() === '1,2,3,3', 'all has come');
  expect(all.map(texts)).toEqual([
    ['last'],
    ['to all', 'to two'],
    ['last', 'to all', 'to two'],
    ['last', 'to all', 'to dave'],
  ]);
  link.sendClose('bob');
  link.sendClose('dave');
  await until(() => mediaOf(link)?.routers.length === 1, 'their worker is let go of');
  carol?.send('reliable', {}, 'still here');
  await until(() => texts(alice)?.includes('still here') === true, 'the others go on');
});

it('when a worker dies what was published there is gone from the room: nobody holds a seat who is not there', async () => {
  const link = await fixture.room();
  const alice = await join(link, 'alice');
  const bob = await join(link, 'bob');
  const carol = await join(link, 'carol');
  const ofBob = firstOf(await bob.publish(['microphone']));
  const ofAlice = firstOf(await alice.publish(['microphone']));
  for (const peer of [alice, bob]) peer.send();
  link.send({ type: 'set-room-media', media: { forward: { loudest: 1 } } });
  await flows(carol, ofBob);
  process.kill(workerOf(link, 'bob')?.worker.pid ?? 0, 'SIGKILL');
  await link.sessionClosed('bob');
  await flows(carol, ofAlice);
  await until(async () => /^parley_workers 2$/m.test(await page()), 'the worker is replaced');
});

it('when a worker dies those on it lose their sessions, the others go on, and the room grows onto the new one', async () => {
  const link = await fixture.room();
  const { alice, bob, carol, all: peers } = await joinFour(link);
  const [ofAlice = '', , ofCarol = ''] = await Promise.all(
    peers.map(async (peer) => firstOf(await peer.publish(['microphone']))),
  );
  for (const peer of peers) peer.send();
  await flows(bob, ofAlice);
  await mediaOf(link)?.shedTo('refuse');
  const from = link.messages.count;
  process.kill(workerOf(link, 'bob')?.worker.pid ?? 0, 'SIGKILL');
  for (const name of ['bob', 'dave']) expect(await link.sessionClosed(name, from)).toBe('media_unavailable');
  await flows(alice, ofCarol);
  await flows(carol, ofAlice);
  expect(mediaOf(link)?.routers).toHaveLength(1);
  expect(mediaOf(link)?.pipes.count).toBe(0);
  expect(mediaOf(link)?.shed, 'who comes back is not refused').toBe('none');
  expect([...(mediaOf(link)?.sessions.keys() ?? [])]).toEqual(['alice', 'carol']);
  await until(async () => /^parley_workers 2$/m.test(await page()), 'the worker is replaced');
  const erin = await join(link, 'erin');
  expect(workerOf(link, 'erin'), 'on the new one').not.toBe(workerOf(link, 'alice'));
  await flows(erin, ofAlice);
});
