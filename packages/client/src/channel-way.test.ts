import { describe, expect, it, vi } from 'vitest';
import { ASK_AFTER, SETTLES_IN } from './channel-way.ts';
import { connect } from './connect.ts';
import { ASK_AGAIN } from './session-carrier.ts';
import { controlBrowser } from './testing/controlled-browser.ts';
import { FakeTrack } from './testing/fake-media.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { direct, type FakeRoom, JOINED, joinFakeRoom, relayed } from './testing/join-fake-room.ts';

controlBrowser();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const WISH = { type: 'update-quality', session: 1, quality: 'low' };

/** The channel for session messages of a send PeerConnection. */
function channelOf(connection: FakePeerConnection) {
  return connection.channels[0] ?? expect.fail('no channel');
}

/** What the client has said on the channel, and over the Room. */
function said({ socket }: Pick<FakeRoom, 'socket'>, connection: FakePeerConnection) {
  const channel = channelOf(connection)
    .texts()
    .map((text) => (text.startsWith('{') ? JSON.parse(text) : text));
  return { channel, room: socket.sent() };
}

/** A call whose camera is published over the Room and whose PeerConnection is connected. */
async function published(session = relayed(1)): Promise<FakeRoom> {
  const room = await joinFakeRoom({}, session);
  const publishing = room.call.publish('camera', new FakeTrack('video').asTrack());
  await pass(10);
  room.socket.receive({
    type: 'answer',
    roomId: 'room',
    offerId: FakeSocket.offerId,
    requestType: 'offer',
    sdp: '0:recvonly',
    tracks: [{ mid: '0', trackId: 'camera', source: 'camera' }],
  });
  await pass(10);
  await publishing;
  room.publisher.connect();
  channelOf(room.publisher).open();
  return room;
}

/** The same, with the channel in use. */
async function onChannel(): Promise<FakeRoom> {
  const room = await published();
  await pass(ASK_AFTER);
  channelOf(room.publisher).receive('pong');
  said(room, room.publisher);
  return room;
}

describe('once the PeerConnection is connected, messages about media', () => {
  it('take its channel, where the node agrees', async () => {
    const room = await published();
    await pass(ASK_AFTER - 50);
    expect(said(room, room.publisher).channel, 'what the room was told has to arrive first').toEqual([]);
    await pass(50);
    expect(said(room, room.publisher).channel).toEqual(['ping']);
    room.call.updateQuality('low');
    expect(said(room, room.publisher)).toEqual({ channel: [], room: [WISH] });
    channelOf(room.publisher).receive('pong');
    room.call.updateQuality('low');
    expect(said(room, room.publisher), 'one does not overtake the other').toEqual({
      channel: [],
      room: [WISH],
    });
    await pass(SETTLES_IN);
    room.call.updateQuality('low');
    room.call.updateQuality('low');
    expect(said(room, room.publisher)).toEqual({ channel: [WISH, WISH], room: [] });
  });

  it('come over it, and over the room as well', async () => {
    const room = await onChannel();
    const change = {
      type: 'quality-changed',
      roomId: 'room',
      trackId: 't',
      requested: 'low',
      applied: 'low',
    } as const;
    channelOf(room.publisher).receive(JSON.stringify(change));
    channelOf(room.publisher).receive('{');
    room.socket.receive(change);
    expect(room.heard.filter(({ name }) => name === 'quality-changed')).toHaveLength(2);
  });

  it('do not take it when they are too large', async () => {
    const room = await onChannel();
    await pass(SETTLES_IN);
    room.call.updateQuality('low', 'ä'.repeat(128 * 1024));
    room.call.updateQuality('low');
    const { channel, room: relay } = said(room, room.publisher);
    expect([channel.length, relay.length]).toEqual([1, 1]);
  });

  it('take the room’s socket while the channel closes, or where the browser does not send', async () => {
    const room = await onChannel();
    await pass(SETTLES_IN);
    const channel = channelOf(room.publisher);
    channel.send = () => {
      throw new DOMException('full', 'OperationError');
    };
    room.call.updateQuality('low');
    expect(said(room, room.publisher)).toEqual({ channel: [], room: [WISH] });
    channel.readyState = 'closing';
    room.call.updateQuality('low');
    expect(said(room, room.publisher)).toEqual({ channel: [], room: [WISH] });
  });

  it('stay with the room where the application wants it so', async () => {
    const connecting = connect('http://server', { room: 'room', name: 'Me', carrier: 'relay' });
    FakeSocket.last?.open();
    FakeSocket.last?.receive(JOINED);
    FakeSocket.last?.receive(relayed(1));
    await connecting;
    const [publisher = expect.fail('no PeerConnection')] = FakePeerConnection.all;
    publisher.connect();
    channelOf(publisher).open();
    await pass(2 * ASK_AFTER);
    expect(channelOf(publisher).texts()).toEqual([]);
  });

  it('stay with the node’s socket where there is one', async () => {
    const { publisher } = await joinFakeRoom({}, direct(1));
    FakeSocket.last?.open();
    publisher.connect();
    channelOf(publisher).open();
    await pass(2 * ASK_AFTER);
    expect(channelOf(publisher).texts()).toEqual([]);
  });
});

describe('when the channel is lost', () => {
  it.each([
    ['disconnected', (connection: FakePeerConnection) => connection.disconnect()],
    ['closed by the node', (connection: FakePeerConnection) => channelOf(connection).end()],
  ])('because it is %s, the room is the way again, and the node is told', async (_, lose) => {
    const room = await onChannel();
    await pass(SETTLES_IN);
    lose(room.publisher);
    // The room’s socket is asked whether it lives.
    room.socket.pong();
    room.call.updateQuality('low');
    const ask = { type: 'reconnect-session', session: 1, carrier: 'relay' };
    expect(said(room, room.publisher)).toEqual({ channel: [], room: [ask, WISH] });
    await pass(ASK_AGAIN);
    expect(said(room, room.publisher).room, 'asked until there is an answer').toEqual([ask]);
    room.socket.receive(relayed(1));
    expect(said(room, room.publisher).room, 'what may be lost is said again').toEqual([WISH]);
    await pass(2 * ASK_AGAIN);
    const asked = said(room, room.publisher).room.filter(({ type }) => type === 'reconnect-session');
    expect(asked, 'the question is answered').toEqual([]);
  });

  it('ICE is restarted over the room, and then the channel is used again', async () => {
    const room = await onChannel();
    room.publisher.fail();
    await pass(10);
    expect(said(room, room.publisher).room.map(({ type }) => type)).toEqual(['reconnect-session', 'offer']);
    room.socket.receive(relayed(1));
    await pass(10);
    expect(
      said(room, room.publisher).room.map(({ type }) => type),
      'made again',
    ).toEqual(['offer']);
    room.publisher.connect();
    await pass(ASK_AFTER);
    expect(said(room, room.publisher).channel).toEqual(['ping']);
  });

  it('nothing of the old session is said in the new one', async () => {
    const room = await onChannel();
    room.socket.receive(relayed(2));
    room.publisher.disconnect();
    await pass(ASK_AGAIN);
    expect(said(room, room.publisher).channel).toEqual([]);
    expect(room.socket.sent().filter(({ type }) => type === 'reconnect-session')).toEqual([]);
  });
});

describe('when the room’s socket is lost', () => {
  it('the channel goes on, and what may be lost is said again once the room is back', async () => {
    const room = await onChannel();
    room.socket.drop(1006);
    room.call.updateQuality('low');
    expect(said(room, room.publisher).channel, 'at once: there is no other way').toEqual([WISH]);
    await pass(1000);
    const socket = FakeSocket.last ?? expect.fail('no socket');
    socket.open();
    socket.receive({ type: 'resumed', roomId: 'room', participantId: 'me', seq: 0 });
    socket.receive(relayed(1));
    expect(socket.sent().filter(({ type }) => type !== 'join')).toEqual([WISH]);
    await pass(ASK_AFTER);
    expect(said(room, room.publisher).channel).toEqual(['ping']);
  });

  it('and the channel too, everything waits for the room', async () => {
    const room = await onChannel();
    room.socket.drop(1006);
    room.publisher.fail();
    await pass(1000);
    const socket = FakeSocket.last ?? expect.fail('no socket');
    socket.open();
    socket.receive({ type: 'resumed', roomId: 'room', participantId: 'me', seq: 0 });
    expect(socket.sent().map(({ type }) => type)).toEqual(['join']);
    socket.receive(relayed(1));
    await pass(10);
    expect(socket.sent().map(({ type }) => type)).toEqual(['offer']);
  });
});
