import { type Grants, openGrants } from '@parley/protocol/grants';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode();
const OPEN = openGrants(5_000_000);

/** The Room changes somebody's grants. */
function grant(link: TestLink, participantId: string, change: Partial<Grants>): void {
  const session = link.session(participantId);
  link.send({ type: 'set-grants', participantId, session, grants: { ...OPEN, ...change } });
}

const session = (link: TestLink, participantId: string) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media?.sessions.get(participantId);
const packets = (peer: TestPeer) => [...peer.received.values()].reduce((sum, count) => sum + count, 0);
const reports = async (link: TestLink, type: 'track-published' | 'track-unpublished') => {
  await link.stats();
  return link.messages.all.filter((message) => message.type === type);
};

describe.each(CARRIERS)('over %s, grants change:', (carrier) => {
  const { join } = fixture.over(carrier);

  /** `alice` sends microphone and camera, `bob` receives them. */
  async function call() {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob', { requestOffers: false });
    const answer = await alice.publish(['microphone', 'camera']);
    const offers = bob.receive();
    await offers.next(({ tracks }) => tracks.length === 2, 'both tracks');
    alice.send();
    await until(() => bob.received.size === 2, 'packets of both tracks');
    const trackId = (source: string) =>
      answer.tracks.find((track) => track.source === source)?.trackId ?? expect.fail(`no ${source}`);
    return { link, alice, bob, offers, microphone: trackId('microphone'), camera: trackId('camera') };
  }

  it('what may no longer be published ends, for the Room, the others and on the node', async () => {
    const { link, offers, microphone, camera } = await call();
    const from = offers.count;
    grant(link, 'alice', { publish: ['microphone'] });
    await link.messages.next(({ type }) => type === 'track-unpublished', 'the camera ends');
    expect(await reports(link, 'track-unpublished')).toMatchObject([{ trackId: camera }]);
    const next = await offers.next(() => true, 'an offer without it', { from });
    expect(next.tracks.map(({ trackId }) => trackId)).toEqual([microphone]);
    expect(session(link, 'alice')?.tracks.map(({ source }) => source)).toEqual(['microphone']);
  });

  it('an offer of it is refused until it is granted again', async () => {
    const { link, alice, bob, camera } = await call();
    grant(link, 'alice', { publish: ['microphone'] });
    await link.messages.next(({ type }) => type === 'track-unpublished', 'the camera ends');
    const refused = await alice.publish([]);
    expect(refused.tracks.map(({ source }) => source)).toEqual(['microphone']);
    await expect(alice.client.event('error')).resolves.toMatchObject({ code: 'publish_not_allowed' });
    grant(link, 'alice', {});
    await link.stats();
    const again = await alice.publish([]);
    expect(again.tracks.map(({ source }) => source)).toEqual(['microphone', 'camera']);
    const renewed = again.tracks[1]?.trackId ?? '';
    expect(renewed).not.toBe(camera);
    await until(() => (bob.received.get(renewed) ?? 0) > 0, 'packets of the new camera');
  });

  it('who may not subscribe any more loses all at once, and has it again when it may', async () => {
    const { link, bob, offers } = await call();
    let from = offers.count;
    grant(link, 'bob', { subscribe: false });
    const none = await offers.next(() => true, 'an offer of nothing', { from });
    expect(none.tracks).toEqual([]);
    await until(() => session(link, 'bob')?.subscriptions.length === 0, 'nothing is subscribed');
    from = offers.count;
    grant(link, 'bob', {});
    const all = await offers.next(({ tracks }) => tracks.length === 2, 'both again', { from });
    const before = packets(bob);
    expect(all.tracks.map(({ source }) => source)).toEqual(['microphone', 'camera']);
    await until(() => packets(bob) > before, 'packets again');
  });

  it('what is published meanwhile does not reach who may not subscribe', async () => {
    const { link, alice, offers } = await call();
    const from = offers.count;
    grant(link, 'bob', { subscribe: false });
    await offers.next(() => true, 'an offer of nothing', { from });
    await alice.publish(['screen'], 'start-screen-share');
    await link.stats();
    expect(session(link, 'bob')?.subscriptions).toEqual([]);
  });

  it('a lower bitrate holds for the transport that is there', async () => {
    const { link, alice } = await call();
    grant(link, 'alice', { maxBitrate: 300_000 });
    await link.stats();
    expect(session(link, 'alice')?.published).toHaveLength(2);
    expect((await alice.publish([])).sdp, 'later answers say so too').toMatch(/b=(AS:300|TIAS:300000)/);
  });
});

it('an offer that is being answered publishes nothing that was taken meanwhile, and tells of no such track', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const answered = alice.publish(['microphone', 'camera']).catch((error: unknown) => {
    // An answer that refuses everything brings no transport, and libdatachannel takes none of that kind.
    if (!String(error).includes('no ICE user fragment')) throw error;
  });
  // Right behind the offer: the worker is asked for the producers by then, or about to be.
  await link.stats();
  grant(link, 'alice', { publish: [] });
  await answered;
  await link.stats();
  const published = await reports(link, 'track-published');
  const ended = await reports(link, 'track-unpublished');
  expect(session(link, 'alice')?.tracks, 'nothing is left').toEqual([]);
  const ids = (messages: typeof published) =>
    messages.map((message) =>
      'track' in message ? message.track.trackId : 'trackId' in message && message.trackId,
    );
  expect(ids(ended), 'what the Room heard of has ended').toEqual(ids(published));
});

it('for a session that is past they mean nothing', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const alice = await fixture.join(link, 'alice', { session: 2 });
  link.send({ type: 'set-grants', participantId: 'alice', session: 1, grants: { ...OPEN, publish: [] } });
  const { tracks } = await alice.publish(['microphone']);
  expect(tracks).toHaveLength(1);
});
