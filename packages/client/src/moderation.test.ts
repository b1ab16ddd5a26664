import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from './connect.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { JOINED, joinFakeRoom, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const roomId = 'room';
const seq = () => ++FakeSocket.seq;
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');
const ann = { participantId: 'ann', name: 'Ann', joinedAt: 1, tracks: [] };

/** Answers the offer that is among some messages, as if whatever is sent were track `c1`. */
function answer(to: FakeSocket, sent: ReturnType<FakeSocket['sent']>): void {
  const offer = sent.find(({ type }) => type === 'offer');
  if (offer?.type !== 'offer') throw new Error('no offer was made');
  to.receive({
    type: 'answer',
    roomId,
    offerId: offer.offerId,
    requestType: 'offer',
    sdp: offer.sdp.replaceAll('sendonly', 'recvonly'),
    tracks: (offer.tracks ?? []).map(({ mid, source }) => ({ mid, source, trackId: 'c1' })),
  });
}

/** A call whose camera is published as track `c1`. */
async function withCamera() {
  const room = await joinFakeRoom();
  const enabled = room.call.setCameraEnabled(true);
  await settle();
  answer(room.socket, room.socket.sent());
  await enabled;
  room.socket.sent();
  return { ...room, track: room.call.localTracks.get('camera')?.track };
}

describe('the room', () => {
  it('tells new names, moderators, settings, and who moderated', async () => {
    const { call, socket, heard } = await joinFakeRoom({ participants: [ann] });
    socket.receive({ type: 'participant-renamed', roomId, seq: seq(), participantId: 'ann', name: 'Anna' });
    socket.receive({ type: 'moderator-changed', roomId, seq: seq(), participantId: 'ann', moderator: true });
    expect(call.participants.get('ann')).toMatchObject({ name: 'Anna', moderator: true });
    const settings = { name: 'New', maxParticipants: 3, locked: true, lobby: true, metadata: { a: 'b' } };
    socket.receive({ type: 'room-updated', roomId, seq: seq(), ...settings });
    expect(call.room).toEqual({ ...settings, createdAt: 0 });
    const by = { type: 'participant', participantId: 'ann', name: 'Anna' } as const;
    const request = { action: 'lock', locked: true } as const;
    socket.receive({ type: 'moderated', roomId, seq: seq(), by, request, at: 5 });
    expect(heard.filter(({ name }) => name !== 'participants-changed')).toMatchObject([
      { name: 'participant-renamed', event: { participantId: 'ann', name: 'Anna' } },
      { name: 'moderator-changed', event: { moderator: true } },
      { name: 'room-updated', event: settings },
      { name: 'moderated', event: { by, request, at: 5 } },
    ]);
  });

  it('gives one the name and the rights of one’s token', async () => {
    const grants = { ...JOINED.grants, moderate: true };
    const guest = { participantId: 'g', name: 'Guest', since: 1 };
    const { call } = await joinFakeRoom({ name: 'Dr. Me', identity: 'me@x', grants, lobby: [guest] });
    expect(call.participants.get('me')).toMatchObject({
      name: 'Dr. Me',
      identity: 'me@x',
      moderator: true,
    });
    expect([call.grants, call.lobby]).toEqual([grants, [guest]]);
  });

  it('shows a moderator who waits, and nobody else', async () => {
    const { call, socket, heard } = await joinFakeRoom();
    const waiting = [{ participantId: 'g', name: 'Guest', since: 1 }];
    socket.receive({ type: 'grants-changed', roomId, grants: { ...JOINED.grants, moderate: true } });
    socket.receive({ type: 'lobby', roomId, waiting });
    expect(call.lobby).toEqual(waiting);
    socket.receive({ type: 'grants-changed', roomId, grants: JOINED.grants });
    expect(call.lobby).toEqual([]);
    expect(heard.map(({ name }) => name)).toEqual(['grants-changed', 'lobby', 'grants-changed', 'lobby']);
  });

  it('is asked by rename and moderate, and says why not', async () => {
    const { call, socket, heard } = await joinFakeRoom();
    call.rename('Other');
    call.moderate({ action: 'kick', participantId: 'ann' });
    expect(socket.sent()).toEqual([
      { type: 'rename', name: 'Other' },
      { type: 'moderate', request: { action: 'kick', participantId: 'ann' } },
    ]);
    socket.receive({ type: 'error', code: 'forbidden', message: 'No.', requestType: 'moderate' });
    expect(heard).toMatchObject([{ name: 'error', event: { code: 'forbidden', requestType: 'moderate' } }]);
    socket.drop(1006);
    call.rename('Lost');
    expect(heard.at(-1)).toMatchObject({ name: 'error', event: { code: 'connection_failed' } });
    call.leave();
  });
});

describe('grants that change', () => {
  it('stop what one may no longer send, and refuse it until it is granted again', async () => {
    const { call, socket, track, heard } = await withCamera();
    socket.receive({ type: 'grants-changed', roomId, grants: { ...JOINED.grants, publish: ['microphone'] } });
    expect(track?.readyState).toBe('ended');
    await settle();
    expect(call.localTracks.get('camera')).toEqual({ track: undefined, enabled: false });
    expect(call.participants.get('me')?.tracks).toEqual([]);
    const sent = socket.sent();
    expect(sent, 'the m-line is given up').toMatchObject([{ type: 'offer', tracks: [] }]);
    answer(socket, sent);
    const names = heard.map(({ name }) => name);
    expect(names.lastIndexOf('local-changed')).toBeLessThan(names.indexOf('grants-changed'));
    await expect(call.setCameraEnabled(true)).rejects.toMatchObject({ code: 'publish_not_allowed' });
    await expect(call.startScreenShare()).rejects.toMatchObject({ code: 'publish_not_allowed' });
    await call.setCameraEnabled(false);
  });
});

describe('a moderator who mutes one', () => {
  it('turns the device off, and coming back does not turn it on', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { call, socket: first, track } = await withCamera();
    const by = { type: 'api' } as const;
    const request = { action: 'mute', participantId: 'me', trackId: 'c1' } as const;
    first.receive({ type: 'moderated', roomId, seq: seq(), by, request, at: 1 });
    first.receive({
      type: 'track-muted',
      roomId,
      seq: seq(),
      participantId: 'me',
      trackId: 'c1',
      muted: true,
    });
    await settle();
    expect(track?.readyState).toBe('ended');
    expect(call.localTracks.get('camera')?.enabled).toBe(false);
    expect(call.participants.get('me')?.tracks).toMatchObject([{ muted: true }]);
    expect(
      first.sent().filter(({ type }) => type === 'mute'),
      'the room knows',
    ).toEqual([]);
    const again = call.setCameraEnabled(true);
    await settle();
    await again;
    expect(first.sent()).toContainEqual({ type: 'mute', trackId: 'c1', muted: false });
    call.leave();
  });
});

describe('the end', () => {
  it.each([
    ['kicked', 'kicked'],
    ['banned', 'banned'],
    ['identity_replaced', 'replaced'],
  ] as const)('by %s is told as %s, and nobody comes back', async (code, reason) => {
    const { call, socket, heard } = await joinFakeRoom();
    socket.receive({ type: 'error', code, message: 'Over.' });
    expect(call.ended).toEqual({ reason });
    expect(heard).toEqual([{ name: 'closed', event: { reason } }]);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe('the lobby', () => {
  const waiting = { type: 'waiting', roomId, participantId: 'me' } as const;

  it('is waited in for as long as it takes', async () => {
    vi.useFakeTimers();
    const onWaiting = vi.fn();
    const connecting = connect('http://server', { room: roomId, name: 'Me', onWaiting });
    socket().open();
    socket().receive(waiting);
    expect(onWaiting).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    socket().receive(JOINED);
    const call = await connecting;
    expect(call.participantId).toBe('me');
    call.leave();
  });

  it('is joined again when the socket is lost', async () => {
    vi.useFakeTimers();
    const onWaiting = vi.fn();
    const connecting = connect('http://server', { room: roomId, name: 'Me', onWaiting });
    const first = socket();
    first.open();
    first.receive(waiting);
    first.drop(1006);
    vi.advanceTimersByTime(10_000);
    expect(socket()).not.toBe(first);
    socket().open();
    expect(socket().sent()).toMatchObject([{ type: 'join' }]);
    socket().receive(waiting);
    expect(onWaiting, 'the page shows it already').toHaveBeenCalledOnce();
    socket().receive({ type: 'error', code: 'lobby_denied', message: 'No.', requestType: 'join' });
    await expect(connecting).rejects.toMatchObject({ code: 'lobby_denied' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is said of to whoever is put back there after a loss, and the call goes on from there', async () => {
    vi.useFakeTimers();
    const { call, heard } = await joinFakeRoom();
    socket().drop(1006);
    vi.advanceTimersByTime(10_000);
    socket().open();
    socket().receive({ ...waiting, participantId: 'me-2' });
    expect(heard.map(({ name }) => name)).toEqual(['reconnecting', 'waiting']);
    expect(call.state).toBe('reconnecting');
    vi.advanceTimersByTime(40_000);
    socket().receive({ ...JOINED, participantId: 'me-2' });
    expect(call.participantId).toBe('me-2');
    expect(call.state).toBe('connected');
    call.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be left', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const connecting = connect('http://server', { room: roomId, name: 'Me', signal });
    socket().open();
    socket().receive(waiting);
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
    expect(socket().sent()).toMatchObject([{ type: 'join' }, { type: 'leave' }]);
  });
});
