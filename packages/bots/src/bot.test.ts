import { openGrants } from '@parley/protocol/grants';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bot, type BotOptions } from './bot.ts';
import { until } from './inbox.ts';
import { FakeEdge, type FakeSocket } from './testing/fake-edge.ts';

let edge: FakeEdge;
let bot: Bot;
beforeEach(async () => {
  edge = await FakeEdge.start();
});
afterEach(() => {
  bot.close();
  edge.close();
});

const roomId = 'room';

function joined(more: Partial<Extract<ServerMessage, { type: 'joined' }>> = {}): ServerMessage {
  const layer = { width: 1, height: 1, framerate: 1, bitrate: 1 };
  return {
    type: 'joined',
    version: 1,
    roomId,
    participantId: 'p1',
    room: { name: roomId, maxParticipants: 10, createdAt: 0, locked: false, lobby: false, metadata: {} },
    grants: openGrants(5_000_000),
    participants: [],
    media: {
      iceServers: [],
      simulcast: true,
      layers: { low: layer, medium: layer, high: layer },
      resolution: { width: 1, height: 1 },
      audio: { echoCancellation: true, noiseSuppression: true },
      maxBitrate: 1,
    },
    seq: 4,
    resumed: false,
    resumeSecret: 'secret',
    ...more,
  };
}

const relay = (session: number): ServerMessage => ({
  type: 'media-session',
  roomId,
  session,
  carrier: { type: 'relay' },
});

const direct = (session: number, ticket: string): ServerMessage => ({
  type: 'media-session',
  roomId,
  session,
  carrier: { type: 'direct', url: edge.url.replace('http', 'ws'), ticket },
});

/** Lets a bot in. @returns the Room's end of its socket */
async function join(options: Partial<BotOptions> = {}): Promise<FakeSocket> {
  bot = new Bot({ edgeUrl: edge.url, room: roomId, name: 'Ann', ...options });
  const done = bot.join();
  const room = await edge.socket('/ws?room=room');
  await room.message('join');
  room.send(joined());
  await done;
  return room;
}

it('joins as a client that recovers and offers by itself', async () => {
  const room = await join({ carrier: 'direct' });
  expect(await room.message('join')).toEqual({
    type: 'join',
    roomId,
    participantName: 'Ann',
    version: 1,
    requestOffers: false,
    recovers: true,
    direct: true,
  });
  const { sentMessages, sentBytes, receivedMessages } = bot.figures().signalling.room;
  expect([sentMessages, receivedMessages]).toEqual([1, 1]);
  expect(sentBytes).toBeGreaterThan(100);
});

it('says in join when it wants nothing of the others', async () => {
  const room = await join({ autoSubscribe: false });
  expect(await room.message('join')).toMatchObject({ autoSubscribe: false });
});

it('says why it could not join', async () => {
  bot = new Bot({ edgeUrl: edge.url, room: roomId, name: 'Ann' });
  const done = bot.join();
  const failure = expect(done).rejects.toThrow('Ann could not join: room_full: The room is full.');
  const room = await edge.socket('/ws');
  room.send({ type: 'error', code: 'room_full', message: 'The room is full.' });
  room.close(4409);
  await failure;
  expect(bot.ended).toBe('room_full: The room is full.');
});

it('offers for its session, and again for the next one, with PeerConnections that are new', async () => {
  const room = await join({ publish: ['microphone'] });
  room.send(relay(1));
  const first = await room.message('offer');
  expect(first.session).toBe(1);
  room.send(relay(2));
  const second = await room.messages.waitFor(
    (message) => message.type === 'offer' && message.session === 2,
    'the offer of session 2',
  );
  const fingerprint = (sdp: string) => /a=fingerprint:(.*)/.exec(sdp)?.[1];
  expect(second.type === 'offer' && fingerprint(second.sdp)).not.toBe(fingerprint(first.sdp));
  // What comes late of the first one changes nothing.
  room.send(relay(1));
  room.send({ type: 'chat', roomId, seq: 5, participantId: 'x', name: 'X', text: 'hello', at: 0 });
  await bot.event('chat');
  expect(bot.session).toBe(2);
});

it('comes back with resume and the last event it knows, and sends the offer again that was not answered', async () => {
  const room = await join({ publish: ['microphone'] });
  room.send(relay(1));
  const offer = await room.message('offer');
  room.send({ type: 'chat', roomId, seq: 9, participantId: 'x', name: 'X', text: 'hello', at: 0 });
  await bot.event('chat');
  room.terminate();
  const again = await edge.socket('/ws', 1);
  expect((await again.message('join')).resume).toEqual({ participantId: 'p1', secret: 'secret', seq: 9 });
  again.send({ type: 'resumed', roomId, participantId: 'p1', seq: 9 });
  again.send(relay(1));
  expect(await again.message('offer')).toEqual(offer);
  expect(bot.reconnects).toMatchObject([{ how: 'resumed', attempts: 1 }]);
  expect(bot.problems).toEqual([]);
});

it('starts afresh when it comes back as somebody else', async () => {
  const room = await join({ publish: ['microphone'] });
  room.send(relay(3));
  await room.message('offer');
  room.close(1012);
  const again = await edge.socket('/ws', 1);
  await again.message('join');
  again.send(joined({ participantId: 'p2', seq: 20 }));
  again.send(relay(1));
  expect((await again.message('offer')).session).toBe(1);
  expect(bot.participantId).toBe('p2');
  expect(bot.reconnects).toMatchObject([{ how: 'anew' }]);
});

it('does not come back after a close that is final', async () => {
  const room = await join();
  room.close(4410);
  await until(() => bot.ended !== undefined, 'the bot is out');
  expect(bot.ended).toContain('4410');
  expect(edge.sockets.count).toBe(1);
});

it('speaks to the node directly, with the ticket as a subprotocol', async () => {
  const room = await join({ publish: ['microphone'], carrier: 'direct' });
  room.send(direct(1, 'abc'));
  const node = await edge.socket('/session');
  expect((await node.message('offer')).session).toBe(1);
  expect(bot.carrier).toBe('direct');
  expect(bot.figures().signalling.direct.sentMessages).toBe(1);
  expect(room.messages.count).toBe(1);
});

it('falls to relay when the node’s socket does not open, and when it is lost at once', async () => {
  edge.refusesDirect = true;
  const room = await join({ publish: ['microphone'], carrier: 'direct' });
  room.send(direct(1, 'abc'));
  expect(await room.message('reconnect-session')).toEqual({
    type: 'reconnect-session',
    session: 1,
    carrier: 'relay',
  });
  room.send(relay(1));
  await room.message('offer');
  edge.refusesDirect = false;
  room.send(direct(1, 'def'));
  const node = await edge.socket('/session');
  await node.message('offer');
  const mark = room.messages.count;
  node.terminate();
  const asked = await room.messages.waitFor(() => true, 'a request for another way', { from: mark });
  expect(asked).toMatchObject({ type: 'reconnect-session', session: 1, carrier: 'relay' });
});

it('asks for no other way when the node has ended the session', async () => {
  const room = await join({ carrier: 'direct' });
  room.send(direct(1, 'abc'));
  const node = await edge.socket('/session');
  await until(() => bot.carrier === 'direct', 'the node’s socket is open');
  node.close(4410);
  await until(() => bot.carrier === 'none', 'the loss is noticed');
  room.send(direct(2, 'def'));
  await edge.socket('/session', 2);
  expect(room.messages.since(0).map(({ type }) => type)).toEqual(['join']);
});

it('notes errors, events told twice and messages against the schema', async () => {
  const room = await join();
  room.send({ type: 'error', code: 'forbidden', message: 'No.' });
  room.send({ type: 'chat', roomId, seq: 4, participantId: 'x', name: 'X', text: 'hello', at: 0 });
  room.send({ type: 'resumed' } as ServerMessage);
  await until(() => bot.problems.length === 3, 'three problems are noted');
  expect(bot.problems.join('\n')).toMatch(/^forbidden: No\.\nevent 4 came after 4\nunreadable: resumed\./);
});

it('leaves with a goodbye, vanishes without a close frame', async () => {
  const room = await join();
  const leaving = bot.leave();
  await room.message('leave');
  room.close(1000);
  await leaving;
  expect(bot.ended).toContain('1000');
  const mark = edge.sockets.count;
  bot = new Bot({ edgeUrl: edge.url, room: roomId, name: 'Bob' });
  const done = bot.join();
  const other = await edge.socket('/ws', mark);
  other.send(joined());
  await done;
  bot.vanish();
  expect(await other.closes.waitFor(() => true, 'the end of the socket')).toBe(1006);
  expect(bot.ended).toBe('vanished');
});
