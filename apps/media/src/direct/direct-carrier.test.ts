import { closeCode, type ErrorCode } from '@parley/protocol/errors';
import { makeKey } from '@parley/service/testing/edge-server';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestDirect } from '../testing/test-direct.ts';
import type { TicketWishes } from '../testing/test-edge.ts';
import type { TestLink } from '../testing/test-link.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode();
const direct = fixture.over('direct');
const audio = readFixture('chromium', 'audio-only');
const seconds = () => Math.floor(Date.now() / 1000);

/** Why the node refused a socket; it says so twice. */
const refusal = async (client: TestDirect): Promise<ErrorCode> => {
  const { code } = await client.event('error');
  expect(await client.closed()).toEqual({ code: closeCode(code), reason: code });
  return code;
};
const metric = async (name: string) => {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(page)?.[1]);
};
const linkMessages = async () =>
  (await metric('parley_link_messages_total{direction="in"}')) +
  (await metric('parley_link_messages_total{direction="out"}'));

/** Waits until more of alice's packets come to bob. */
async function hears(bob: TestPeer, trackId: string): Promise<void> {
  const before = bob.received.get(trackId) ?? 0;
  await until(() => (bob.received.get(trackId) ?? 0) > before + 10, 'bob hears alice');
}

/** Alice speaks to bob, both with sockets of their own. */
async function call(link: TestLink) {
  const alice = await direct.join(link, 'alice');
  const bob = await direct.join(link, 'bob');
  bob.receive();
  const { tracks } = await alice.publish(['microphone']);
  alice.send();
  const trackId = tracks[0]?.trackId ?? '';
  await hears(bob, trackId);
  const states = () => link.messages.all.filter(({ type }) => type === 'media-state').length;
  await until(() => states() === 2, 'the Room knows that both are connected');
  return { alice, bob, trackId };
}

it('the Room is told where clients can come to', async () => {
  const link = await fixture.room();
  expect(await link.hello()).toMatchObject({ publicUrl: 'ws://127.0.0.1:8443' });
});

it('the Room is told who has come, so that it can end the session of somebody who has left meanwhile', async () => {
  const link = await fixture.room();
  const alice = await direct.join(link, 'alice');
  const told = () => link.messages.all.find(({ type }) => type === 'session-opened');
  await until(() => told() !== undefined, 'the Room is told');
  expect(told()).toMatchObject({ participantId: 'alice', session: 1 });
  alice.close();
});

describe('a ticket over a socket of the client’s own', () => {
  const wishes: [string, ErrorCode, () => TicketWishes][] = [
    ['for another node', 'ticket_wrong_node', () => ({ aud: 'node-2' })],
    ['for a room that is not here', 'ticket_stale_epoch', () => ({ room: 'another' })],
    ['of an old epoch', 'ticket_stale_epoch', () => ({ epoch: 99 })],
    ['that has expired', 'ticket_expired', () => ({ iat: seconds() - 100, exp: seconds() - 50 })],
    ['of another version', 'ticket_unsupported_version', () => ({ v: 7 })],
  ];
  it.each(wishes)('%s opens nothing: %s', async (_, code, wish) => {
    const link = await fixture.room();
    expect(await refusal(await fixture.show(await link.ticket('alice', wish())))).toBe(code);
    await link.stats();
    expect(
      link.messages.all.map(({ type }) => type),
      'which is no news for the Room',
    ).toEqual(['hello', 'stats']);
  });

  it('that is no ticket, forged or used opens nothing', async () => {
    const link = await fixture.room();
    const forged = await link.ticket('alice', { key: await makeKey('test-key') });
    expect(await refusal(await fixture.show('a.b.c'))).toBe('ticket_malformed');
    expect(await refusal(await fixture.show(forged))).toBe('ticket_bad_signature');
    const elsewhere = await link.ticket('alice', { key: await makeKey('test-key'), room: 'another' });
    const told = 'who has no ticket of the edge’s learns nothing about rooms';
    expect(await refusal(await fixture.show(elsewhere)), told).toBe('ticket_bad_signature');
    const ticket = await link.ticket('alice');
    const alice = await fixture.show(ticket);
    await alice.event('request-offer');
    expect(await refusal(await fixture.show(ticket)), 'the second use').toBe('ticket_replayed');
    link.sendOpen('alice', ticket);
    expect(await link.sessionClosed('alice'), 'nor over another carrier').toBe('ticket_replayed');
    expect(alice.open, 'which is nothing to whom it belongs to').toBe(true);
  });

  it('of somebody who has left opens nothing', async () => {
    const link = await fixture.room();
    const ticket = await link.nextTicket('alice');
    link.sendClose('alice');
    await link.stats();
    expect(await refusal(await fixture.show(ticket))).toBe('session_ended');
  });

  it('for a session that has been replaced opens nothing', async () => {
    const link = await fixture.room();
    const old = await link.nextTicket('alice');
    await link.open('alice');
    expect(await refusal(await fixture.show(old))).toBe('session_ended');
  });
});

describe('a session', () => {
  it('changes its carrier, again and again, while media flows', async () => {
    const link = await fixture.room();
    const { alice, bob, trackId } = await call(link);
    const old = alice.client as TestDirect;
    const from = link.messages.count;

    const second = await fixture.show(await link.ticket('alice'));
    expect(await refusal(old), 'one carrier at a time').toBe('session_replaced');
    link.sendOpen('alice', await link.ticket('alice'));
    expect(await refusal(second)).toBe('session_replaced');
    link.request('alice', { type: 'update-quality', quality: 'low', trackId: 'none' });
    await expect(link.event('alice', 'error'), 'over the Room now').resolves.toMatchObject({
      code: 'track_not_found',
    });
    const third = await fixture.show(await link.ticket('alice'));
    third.request({ type: 'update-quality', quality: 'low', trackId: 'none' });
    await expect(third.event('error'), 'and over its own socket again').resolves.toMatchObject({
      code: 'track_not_found',
    });
    await hears(bob, trackId);
    await link.stats();
    const reports = link.messages.all.slice(from).map(({ type }) => type);
    expect(new Set(reports), 'nothing has ended or begun').toEqual(
      new Set(['session-opened', 'session-event', 'stats']),
    );
  });

  it('is told again over a new carrier what it may have missed', async () => {
    const link = await fixture.room();
    const alice = await direct.join(link, 'alice');
    const bob = await fixture.direct(link, 'bob', { requestOffers: false });
    await alice.publish(['microphone']);
    const { offerId } = await bob.event('offer');
    bob.drop();
    const again = await fixture.show(await link.ticket('bob'));
    await expect(again.event('offer')).resolves.toMatchObject({ offerId });
  });

  it('lives on without its socket, of which the Room hears nothing', async () => {
    const link = await fixture.room();
    const { alice, bob, trackId } = await call(link);
    const sockets = fixture.node.direct?.connections ?? 0;
    const before = await linkMessages();
    (alice.client as TestDirect).drop();
    await until(() => fixture.node.direct?.connections === sockets - 1, 'the node knows');
    await hears(bob, trackId);
    expect(await linkMessages()).toBe(before);
  });

  it('answers over the link when its socket is gone and the Room relays', async () => {
    const link = await fixture.room();
    const alice = await fixture.direct(link, 'alice');
    const sockets = fixture.node.direct?.connections ?? 0;
    // It came late, by way of a proxy, when its client had given it up for the relay.
    alice.drop();
    await until(() => fixture.node.direct?.connections === sockets - 1, 'the node knows');
    const from = link.messages.count;
    link.request('alice', { type: 'offer', sdp: audio });
    await expect(link.event('alice', 'answer', { from })).resolves.toBeDefined();
  });

  it('that goes on steadily costs the Room nothing', async () => {
    const link = await fixture.room();
    const { bob, trackId } = await call(link);
    const before = await linkMessages();
    const client = bob.client as TestDirect;
    for (let i = 0; i < 5; i++) client.request({ type: 'update-quality', quality: 'low' });
    client.send('ping');
    await until(() => client.pongs === 1, 'all is handled');
    await hears(bob, trackId);
    await hears(bob, trackId);
    expect(await linkMessages()).toBe(before);
  });

  it('is asked nothing twice when the link comes back', async () => {
    const link = await fixture.room();
    const alice = await fixture.direct(link, 'alice');
    await link.open('bob');
    const from = fixture.edge.links.count;
    link.drop();
    const again = await fixture.edge.links.next(({ roomId }) => roomId === link.roomId, 'the link again', {
      from,
    });
    await again.event('bob', 'request-offer');
    alice.send('ping');
    await until(() => alice.pongs === 1, 'all is said');
    expect(alice.events.all.map(({ type }) => type)).toEqual(['request-offer']);
  });

  it('is not touched by messages for another', async () => {
    const link = await fixture.room();
    const alice = await fixture.direct(link, 'alice', { session: 3 });
    alice.request({ type: 'offer', sdp: audio, session: 2 });
    alice.request({ type: 'offer', sdp: audio, session: 3 });
    await alice.event('answer');
    await link.stats();
    expect(alice.events.all.filter(({ type }) => type === 'answer')).toHaveLength(1);
  });
});

describe('a socket ends when its session does', () => {
  it.each<[string, (link: TestLink) => void | Promise<void>]>([
    ['close-session', (link) => link.sendClose('alice')],
    ['close-room', (link) => link.send({ type: 'close-room', roomId: link.roomId })],
    ['a newer session', (link) => link.open('alice')],
    ['a link that is closed for good', (link) => link.drop(closeCode('room_closed'))],
  ])('%s', async (_, end) => {
    const link = await fixture.room();
    const alice = await fixture.direct(link, 'alice');
    await end(link);
    expect(await refusal(alice)).toBe('session_ended');
  });
});

it('open sockets are counted', async () => {
  const link = await fixture.room();
  await until(() => fixture.node.direct?.connections === 0, 'those of other tests are gone');
  await fixture.direct(link, 'alice');
  // Measured every two seconds at the most.
  await until(async () => (await metric('parley_direct_connections')) === 1, 'one is counted');
});
