import { closeCode } from '@parley/protocol/errors';
import { makeKey } from '@parley/service/testing/edge-server';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TicketWishes } from '../testing/test-edge.ts';
import type { TestLink } from '../testing/test-link.ts';
import { MediaWorker } from '../workers/media-worker.ts';

const fixture = useNode({ PARLEY_PERFORMANCE_GARBAGE_COLLECTION_INTERVAL: '1' }, { orphanGraceMs: 1500 });
const seconds = () => Math.floor(Date.now() / 1000);
const hosted = (link: TestLink) => fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId);
/** The link with which the node comes back. */
const nextLink = async (link: TestLink, from: number): Promise<TestLink> => {
  const again = await fixture.edge.links.next(({ roomId }) => roomId === link.roomId, 'the link again', {
    from,
  });
  await again.hello();
  return again;
};
const audio = readFixture('chromium', 'audio-only');

describe('a ticket over the link', () => {
  const wishes: [string, string, () => TicketWishes][] = [
    ['for another node', 'ticket_wrong_node', () => ({ aud: 'node-2' })],
    ['for another room', 'ticket_wrong_room', () => ({ room: 'another' })],
    ['of an old epoch', 'ticket_stale_epoch', () => ({ epoch: 99 })],
    ['of another participant', 'forbidden', () => ({ sub: 'mallory' })],
    ['that has expired', 'ticket_expired', () => ({ iat: seconds() - 100, exp: seconds() - 50 })],
    ['of another version', 'ticket_unsupported_version', () => ({ v: 7 })],
  ];
  it.each(wishes)('%s opens nothing: %s', async (_, code, wish) => {
    const link = await fixture.room();
    link.sendOpen('alice', await link.ticket('alice', wish()));
    expect(await link.sessionClosed('alice')).toBe(code);
    link.request('alice', { type: 'offer', sdp: audio });
    await expect(link.event('alice', 'error'), 'and then nothing works').resolves.toMatchObject({
      code: 'session_ended',
      requestType: 'offer',
    });
  });

  it('that is missing, no ticket, forged or used opens nothing', async () => {
    const link = await fixture.room();
    const forger = await makeKey('test-key');
    const attempts: [string, string][] = [
      ['ticket_missing', ''],
      ['ticket_malformed', 'a.b.c'],
      ['ticket_bad_signature', await link.ticket('alice', { key: forger })],
    ];
    for (const [code, ticket] of attempts) {
      const from = link.messages.count;
      link.sendOpen('alice', ticket);
      expect(await link.sessionClosed('alice', from), code).toBe(code);
    }
    const ticket = await link.ticket('alice');
    link.sendOpen('alice', ticket);
    await link.event('alice', 'request-offer');
    const from = link.messages.count;
    link.sendOpen('alice', ticket);
    expect(await link.sessionClosed('alice', from), 'the second use').toBe('ticket_replayed');
  });
});

describe('a session', () => {
  it('handles what came while it opened, in order', async () => {
    const link = await fixture.room();
    link.sendOpen('alice', await link.ticket('alice'));
    link.request('alice', { type: 'offer', sdp: audio });
    await expect(link.event('alice', 'answer')).resolves.toMatchObject({
      tracks: [{ source: 'microphone' }],
    });
  });

  it('opened again replaces the old one', async () => {
    const link = await fixture.room();
    const before = fixture.node.ledger.transports;
    await link.open('alice');
    await link.open('bob');
    link.request('alice', { type: 'offer', sdp: audio });
    await link.event('alice', 'answer');
    await link.event('bob', 'offer');
    await link.open('alice');
    await until(
      () => hosted(link)?.media?.sessions.get('alice')?.published.length === 0,
      'the new one is empty',
    );
    expect(fixture.node.ledger.transports - before, 'only the one to bob is left').toBe(1);
  });

  it('that asks too much at once is told so', async () => {
    const link = await fixture.room();
    await link.open('alice');
    for (let i = 0; i < 80; i++) link.request('alice', { type: 'offer', sdp: audio });
    await expect(link.event('alice', 'error')).resolves.toMatchObject({ code: 'invalid_message' });
    await expect(link.stats(), 'and the node lives').resolves.toBeDefined();
  });
});

describe('the link', () => {
  it('says what is held when it comes back, and offers again what may be lost', async () => {
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    await fixture.join(link, 'bob');
    const { tracks } = await alice.publish(['microphone']);
    const { offerId } = await link.event('bob', 'offer');
    await link.messages.next(({ type }) => type === 'media-state', 'alice is connected');
    const from = fixture.edge.links.count;
    link.drop();
    const again = await nextLink(link, from);
    const { sessions } = await again.hello();
    expect(sessions.map(({ participantId }) => participantId).sort()).toEqual(['alice', 'bob']);
    expect(sessions.find(({ participantId }) => participantId === 'alice')?.tracks[0]).toMatchObject({
      trackId: tracks[0]?.trackId,
      muted: false,
    });
    await expect(again.event('bob', 'offer'), 'the open offer').resolves.toMatchObject({ offerId });
    await again.messages.next(({ type }) => type === 'media-state', 'the state, which hello does not say');
  });

  it('keeps what it has to say while it is down', async () => {
    const link = await fixture.room();
    await link.open('alice');
    link.request('alice', { type: 'offer', sdp: readFixture('chromium', 'empty') });
    await link.event('alice', 'answer');
    const from = fixture.edge.links.count;
    link.drop();
    const again = await nextLink(link, from);
    await expect(again.event('alice', 'request-offer'), 'due while it was down').resolves.toBeDefined();
  });

  it('asks again for the offer that it has asked for, and for no other', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await link.open('bob');
    link.request('bob', { type: 'offer', sdp: audio });
    await link.event('bob', 'answer');
    const from = fixture.edge.links.count;
    link.drop();
    const again = await nextLink(link, from);
    await expect(again.event('alice', 'request-offer'), 'it may have been lost').resolves.toBeDefined();
    await again.stats();
    const asked = again.messages.all.filter(
      (message) => message.type === 'session-event' && message.message.type === 'request-offer',
    );
    expect(asked, 'once, and not bob').toHaveLength(1);
  });

  it('of a newer epoch replaces the older one and keeps the sessions', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const newer = await fixture.edge.assign('node-1', link.roomId, 2);
    expect((await newer.hello()).sessions.map(({ participantId }) => participantId)).toEqual(['alice']);
    await until(() => link.closed !== undefined, 'the old link is closed');
    const old = await link.ticket('bob');
    newer.sendOpen('bob', old);
    expect(await newer.sessionClosed('bob'), 'a ticket of the old epoch').toBe('ticket_stale_epoch');
    await newer.open('bob');
    const count = fixture.edge.links.count;
    await fixture.edge.sendAssignment('node-1', link.roomId, 1);
    await newer.stats();
    expect(fixture.edge.links.count, 'an old epoch changes nothing').toBe(count);
  });

  it('replaced while it was down leaves nothing unsaid', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const from = fixture.edge.links.count;
    link.stall();
    link.request('alice', { type: 'offer', sdp: audio });
    link.drop(1012, 'service restart');
    await new Promise((resolve) => setTimeout(resolve, 300));
    link.drop();
    await until(() => hosted(link)?.linkUp === false, 'the node notices');
    await fixture.edge.sendAssignment('node-1', link.roomId, 1);
    const again = await nextLink(link, from);
    await expect(again.event('alice', 'answer'), 'said while there was no link').resolves.toBeDefined();
  });

  it('that the Room has begun to close takes nothing more', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const from = fixture.edge.links.count;
    link.stall();
    link.request('alice', { type: 'offer', sdp: audio });
    link.drop(1012, 'service restart');
    await new Promise((resolve) => setTimeout(resolve, 300));
    link.drop();
    const again = await nextLink(link, from);
    await expect(again.event('alice', 'answer'), 'it comes with the next link').resolves.toBeDefined();
  });

  it('of a newer epoch fences a session that is just being opened', async () => {
    const link = await fixture.room();
    const { createRouter } = MediaWorker.prototype;
    const making = Promise.withResolvers<void>();
    const slow = vi.spyOn(MediaWorker.prototype, 'createRouter').mockImplementation(async function (
      this: MediaWorker,
    ) {
      making.resolve();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await createRouter.call(this);
    });
    try {
      link.sendOpen('alice', await link.ticket('alice'));
      await making.promise;
      const newer = await fixture.edge.assign('node-1', link.roomId, 2);
      await until(() => hosted(link)?.media?.routers.length === 1, 'the router is there');
      await newer.stats();
      expect(hosted(link)?.media?.sessions.size, 'the old ticket opens nothing').toBe(0);
      await newer.open('alice');
      const closed = newer.messages.all.filter(({ type }) => type === 'session-closed');
      expect(closed, 'the Room knew from hello, and has opened it anew').toEqual([]);
    } finally {
      slow.mockRestore();
    }
  });

  it.each(['assignment_stale', 'assignment_invalid', 'room_closed'] as const)(
    'closed with %s ends the room here',
    async (code) => {
      const link = await fixture.room();
      const before = fixture.node.ledger.transports;
      await link.open('alice');
      link.request('alice', { type: 'offer', sdp: audio });
      await link.event('alice', 'answer');
      const from = fixture.edge.links.count;
      link.drop(closeCode(code));
      await until(() => hosted(link) === undefined, 'the room is gone');
      expect(fixture.node.ledger.transports).toBe(before);
      await expect(
        fixture.edge.links.next(({ roomId }) => roomId === link.roomId, 'a link', { from, ms: 700 }),
        'it does not come back',
      ).rejects.toThrow();
    },
  );

  it('that stays down ends a room in which nobody’s media flows', async () => {
    const link = await fixture.room();
    await link.open('alice');
    fixture.edge.refusesLinks = 503;
    try {
      link.drop();
      await until(() => hosted(link) === undefined, 'the room is gone after its grace time');
    } finally {
      fixture.edge.refusesLinks = undefined;
    }
  });

  it('that stays down leaves a room alone in which media flows', async () => {
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    const bob = await fixture.join(link, 'bob');
    bob.receive();
    const { tracks } = await alice.publish(['microphone']);
    alice.send();
    const heard = () => bob.received.get(tracks[0]?.trackId ?? '') ?? 0;
    await until(() => heard() > 5, 'bob hears alice');
    fixture.edge.refusesLinks = 503;
    try {
      const from = fixture.edge.links.count;
      link.drop();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const before = heard();
      await until(() => heard() > before + 10, 'bob hears alice although the edge is away');
      fixture.edge.refusesLinks = undefined;
      const again = await nextLink(link, from);
      expect((await again.hello()).sessions, 'both are still there').toHaveLength(2);
    } finally {
      fixture.edge.refusesLinks = undefined;
    }
    // After two seconds of refusals the next attempt can be four seconds away.
  });
});

describe('the end', () => {
  it('of a room closes everything it had', async () => {
    const before = fixture.node.ledger.transports;
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    const bob = await fixture.join(link, 'bob');
    const offers = bob.receive();
    await alice.publish(['microphone', 'camera']);
    await offers.next(() => true, 'the offer');
    expect(fixture.node.ledger.transports - before).toBe(2);
    const router = hosted(link)?.media?.routers[0]?.router;
    link.send({ type: 'close-room', roomId: link.roomId });
    await until(() => link.closed !== undefined, 'the node closes the link');
    expect(hosted(link), 'the room is forgotten').toBeUndefined();
    expect(fixture.node.ledger.transports, 'no transport is left').toBe(before);
    expect(router?.closed, 'nor the router').toBe(true);
  });
});
