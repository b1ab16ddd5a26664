import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { TicketWishes } from '../testing/test-edge.ts';
import type { TestLink } from '../testing/test-link.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode();

const session = (link: TestLink, participantId: string) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media?.sessions.get(participantId);
const subscribed = (link: TestLink) =>
  session(link, 'bob')?.subscriptions.map(({ track }) => track.producer.id) ?? [];
const packets = (peer: TestPeer, trackId: string) => peer.received.get(trackId) ?? 0;

describe.each(CARRIERS)('over %s,', (carrier) => {
  const { open, join } = fixture.over(carrier);

  /** `alice` sends microphone and camera, `bob` answers what he is offered. */
  async function call(wishes: TicketWishes = {}) {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const { tracks } = await alice.publish(['microphone', 'camera']);
    alice.send();
    const bob = await join(link, 'bob', { requestOffers: false, ...wishes });
    const offers = bob.receive();
    const [microphone = '', camera = ''] = tracks.map(({ trackId }) => trackId);
    const choose = (otherwise: boolean, ...except: string[]) =>
      bob.client.request({ type: 'subscribe', default: otherwise, except });
    return { link, alice, bob, offers, microphone, camera, choose };
  }

  it('a track that is not wanted is no longer offered nor sent, and comes again when it is', async () => {
    const { link, bob, offers, microphone, camera, choose } = await call();
    await until(() => bob.received.size === 2, 'packets of both tracks');
    let from = offers.count;
    choose(true, camera);
    const without = await offers.next(() => true, 'an offer without the camera', { from });
    expect(without.tracks.map(({ trackId }) => trackId)).toEqual([microphone]);
    expect(subscribed(link), 'no consumer is left of it').toEqual([microphone]);
    const [seen, heard] = [packets(bob, camera), packets(bob, microphone)];
    await until(() => packets(bob, microphone) > heard + 20, 'the microphone goes on');
    expect(packets(bob, camera) - seen, 'what was on its way at the most').toBeLessThan(5);

    from = offers.count;
    choose(true);
    const again = await offers.next(() => true, 'an offer of both', { from });
    expect(again.tracks.map(({ trackId }) => trackId)).toEqual([microphone, camera]);
    await until(() => packets(bob, camera) > seen + 20, 'packets of the camera again');
  });

  it('who subscribes on demand is offered what it asks for and nothing else, also of what comes later', async () => {
    const { link, alice, bob, offers, microphone, camera, choose } = await call({ autoSubscribe: false });
    await link.stats();
    expect(bob.client.events.all, 'nothing is said unasked').toEqual([]);
    choose(false, camera, 'gone or still to come');
    const first = await offers.next(() => true, 'an offer of the camera');
    expect(first.tracks.map(({ trackId }) => trackId)).toEqual([camera]);
    await until(() => packets(bob, camera) > 0, 'packets of the camera');

    const { tracks } = await alice.publish(['screen'], 'start-screen-share');
    const screen = tracks.find(({ source }) => source === 'screen')?.trackId ?? '';
    await link.stats();
    expect(subscribed(link)).toEqual([camera]);
    const from = offers.count;
    choose(false, screen, microphone);
    const next = await offers.next(() => true, 'an offer of the others', { from });
    expect(next.tracks.map(({ trackId }) => trackId).sort()).toEqual([microphone, screen].sort());
  });

  it('the same again changes nothing', async () => {
    const { link, offers, microphone, camera, choose } = await call({ autoSubscribe: false });
    choose(false, camera);
    await offers.next(() => true, 'an offer of the camera');
    await until(() => session(link, 'bob')?.mediaState === 'connected', 'he is connected');
    const count = offers.count;
    const consumer = session(link, 'bob')?.subscriptions[0]?.consumer;
    for (let i = 0; i < 5; i++) choose(false, camera);
    choose(false, camera, microphone);
    await offers.next(({ tracks }) => tracks.length === 2, 'an offer of both');
    expect(offers.count, 'the only one since').toBe(count + 1);
    expect(session(link, 'bob')?.subscriptions[0]?.consumer, 'the camera goes on').toBe(consumer);
    expect(consumer?.closed).toBe(false);
  });

  it('a new session begins with what its ticket says', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const { tracks } = await alice.publish(['microphone', 'camera']);
    const bob = await open(link, 'bob', { requestOffers: false, autoSubscribe: false });
    bob.request({ type: 'subscribe', default: false, except: [tracks[1]?.trackId ?? ''] });
    await until(() => subscribed(link).length === 1, 'the camera is subscribed');
    await open(link, 'bob', { requestOffers: false });
    await until(() => subscribed(link).length === 2, 'both are subscribed');
  });
});

it('who changes its mind all the time is not offered more than it may answer, and has in the end what it wants', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const { tracks } = await alice.publish(['microphone', 'camera']);
  alice.send();
  const bob = await fixture.join(link, 'bob', { requestOffers: false });
  const offers = bob.receive();
  await until(() => bob.received.size === 2, 'packets of both tracks');
  const before = offers.count;
  const toggles = 40;
  for (let i = 0; i < toggles; i++) {
    bob.client.request({ type: 'subscribe', default: i % 2 === 1, except: [] });
    await link.stats();
  }
  await until(() => subscribed(link).length === 2, 'both are subscribed');
  const camera = tracks[1]?.trackId ?? '';
  const seen = packets(bob, camera);
  await until(() => packets(bob, camera) > seen + 5, 'packets of the camera again');
  expect(offers.count - before, 'changes share offers').toBeLessThan(toggles);
  expect(bob.client.events.all.filter(({ type }) => type === 'error')).toEqual([]);
});

it('without the grant to subscribe a wish brings nothing, until it is given', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const { tracks } = await alice.publish(['microphone', 'camera']);
  const camera = tracks[1]?.trackId ?? '';
  const grants = {
    publish: [],
    subscribe: false,
    data: true,
    record: false,
    moderate: false,
    maxBitrate: 1e6,
  };
  const bob = await fixture.join(link, 'bob', { requestOffers: false, autoSubscribe: false, grants });
  const offers = bob.receive();
  bob.client.request({ type: 'subscribe', default: false, except: [camera] });
  await link.stats();
  expect(subscribed(link)).toEqual([]);
  link.send({
    type: 'set-grants',
    participantId: 'bob',
    session: link.session('bob'),
    grants: { ...grants, subscribe: true },
  });
  const offer = await offers.next(() => true, 'an offer of the camera');
  expect(offer.tracks.map(({ trackId }) => trackId)).toEqual([camera]);
});
