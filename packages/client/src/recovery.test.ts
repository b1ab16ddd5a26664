import type { Source } from '@parley/protocol/grants';
import type { Joined, MediaSession, ServerAnswer, ServerOffer } from '@parley/protocol/server-messages';
import type { Participant, Track } from '@parley/protocol/track';
import { describe, expect, it, vi } from 'vitest';
import { ANSWER_TIMEOUT } from './answer-turn.ts';
import { RETRY } from './backoff.ts';
import { CallError } from './call-error.ts';
import { connect } from './connect.ts';
import { PROBE_TIMEOUT } from './keep-alive.ts';
import { OPEN_TIMEOUT } from './session-carrier.ts';
import { controlBrowser } from './testing/controlled-browser.ts';
import { FakeTrack } from './testing/fake-media.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { direct, type FakeRoom, JOINED, joinFakeRoom, relayed } from './testing/join-fake-room.ts';

controlBrowser();

const roomId = 'room';
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');
/** The newest send and receive PeerConnection. */
const connections = () => FakePeerConnection.all.slice(-2) as [FakePeerConnection, FakePeerConnection];
/** Lets go on what goes on without the server. */
const settle = () => vi.advanceTimersByTimeAsync(10);
/** What is under way comes to its end with nothing more from the server. */
async function finish<T>(doing: Promise<T>): Promise<T> {
  await settle();
  return doing;
}

const track = (trackId: string, muted = false): Track => ({
  trackId,
  kind: 'video',
  source: 'camera',
  codec: 'VP8',
  layers: 3,
  muted,
});
const person = (participantId: string, ...tracks: Track[]): Participant => ({
  participantId,
  name: participantId,
  joinedAt: 0,
  tracks,
});
const offered = (offerId: string, ...trackIds: string[]): ServerOffer => ({
  type: 'offer',
  roomId,
  offerId,
  sdp: trackIds.map((_, mid) => `${mid}:sendonly`).join(' '),
  tracks: trackIds.map((trackId, mid) => ({
    mid: String(mid),
    trackId,
    participantId: 'ann',
    kind: 'video',
    source: 'camera',
  })),
});

/** The answer to an offer; the ids of tracks begin with `session`. */
const answered = (offerId: string, session: string, ...sources: Source[]): ServerAnswer => ({
  type: 'answer',
  roomId,
  offerId,
  requestType: 'offer',
  sdp: sources.map((_, mid) => `${mid}:recvonly`).join(' '),
  tracks: sources.map((source, mid) => ({ mid: String(mid), trackId: `${session}-${source}`, source })),
});
/** Answers the latest offer. */
const answer = (on: FakeSocket, session: string, ...sources: Source[]) =>
  on.receive(answered(FakeSocket.offerId, session, ...sources));

/** The room's socket is lost, the next one is open, and the client has asked to come back. */
async function reopen(): Promise<FakeSocket> {
  socket().drop(1006);
  await vi.advanceTimersByTimeAsync(RETRY.first);
  socket().open();
  expect(socket().sent()).toMatchObject([{ type: 'join', resume: { participantId: 'me' } }]);
  return socket();
}
function resume(on: FakeSocket, session = relayed(1)): void {
  on.receive({ type: 'resumed', roomId, participantId: 'me', seq: FakeSocket.seq });
  on.receive(session);
}
function joinAgain(on: FakeSocket, joined: Partial<Joined>): void {
  on.receive({ ...JOINED, seq: FakeSocket.seq, ...joined });
}

const names = ({ heard }: FakeRoom) => heard.map(({ name }) => name);
const planes = ({ heard }: FakeRoom) =>
  heard.flatMap(({ name, event }) =>
    name === 'reconnecting' || name === 'reconnected'
      ? [`${name} ${(event as { plane: string }).plane}`]
      : [],
  );
const ownTracks = ({ call }: FakeRoom) =>
  call.participants
    .get(call.participantId)
    ?.tracks.map(({ trackId, muted }) => `${trackId}${muted ? ' muted' : ''}`);

/** In the room with camera and microphone. */
async function withDevices(joined: Partial<Joined> = {}): Promise<FakeRoom> {
  const room = await joinFakeRoom(joined);
  const done = Promise.all([room.call.setCameraEnabled(true), room.call.setMicrophoneEnabled(true)]);
  await settle();
  answer(room.socket, 's1', 'camera', 'microphone');
  await finish(done);
  for (const connection of connections()) connection.connect();
  room.socket.sent();
  return room;
}

describe('the way to the room is lost', () => {
  it('keeps the call and its media, and tells when it is back', async () => {
    const room = await withDevices();
    const back = await reopen();
    expect([room.call.state, room.publisher.connectionState]).toEqual(['reconnecting', 'connected']);
    resume(back);
    await settle();
    expect(room.call.state).toBe('connected');
    expect(planes(room)).toEqual(['reconnecting signaling', 'reconnected signaling']);
    expect(FakePeerConnection.all).toHaveLength(2);
    expect(back.sent()).toEqual([]);
  });

  it('tells what happened meanwhile', async () => {
    const room = await joinFakeRoom({ participants: [person('ann', track('t1'))] });
    const back = await reopen();
    back.receive({ type: 'resumed', roomId, participantId: 'me', seq: 2 });
    back.receive({ type: 'participant-joined', roomId, participant: person('bob') });
    back.receive({ type: 'participant-left', roomId, participantId: 'ann', reason: 'left' });
    expect(names(room).filter((name) => name !== 'participants-changed')).toEqual([
      'reconnecting',
      'participant-joined',
      'participant-left',
      'reconnected',
    ]);
  });

  it('tells the differences when the events are too old', async () => {
    const room = await joinFakeRoom({
      participants: [person('ann', track('t1'), track('t2')), person('bob')],
    });
    joinAgain(await reopen(), {
      resumed: true,
      participants: [person('ann', track('t2', true), track('t3')), person('cyd', track('t4'))],
    });
    expect(room.heard.filter(({ name }) => name !== 'participants-changed')).toMatchObject([
      { name: 'reconnecting' },
      { name: 'participant-left', event: { participant: { name: 'bob' } } },
      { name: 'track-unpublished', event: { participantId: 'ann', trackId: 't1' } },
      { name: 'track-muted', event: { trackId: 't2', muted: true } },
      { name: 'track-published', event: { participantId: 'ann', track: { trackId: 't3' } } },
      { name: 'participant-joined', event: { name: 'cyd' } },
      { name: 'track-published', event: { participantId: 'cyd', track: { trackId: 't4' } } },
      { name: 'reconnected' },
    ]);
    expect([...room.call.participants.keys()]).toEqual(['me', 'ann', 'cyd']);
  });

  it('starts afresh as somebody else when the server has given it up', async () => {
    const room = await withDevices({ participants: [person('ann', track('t1'))] });
    room.socket.receive(offered('o1', 't1'));
    await settle();
    const tracks = room.call.localTracks;
    const back = await reopen();
    joinAgain(back, {
      participantId: 'me-again',
      resumeSecret: 'new',
      participants: [person('ann', track('t1'))],
    });
    expect(room.call.participantId).toBe('me-again');
    expect([...room.call.participants.keys()]).toEqual(['me-again', 'ann']);
    expect(room.publisher.connectionState).toBe('closed');
    expect(room.call.remoteTracks.size).toBe(0);
    expect(room.call.state).toBe('reconnecting');

    back.receive(relayed(1));
    await settle();
    const [sending, receiving] = connections();
    expect(back.sent()).toMatchObject([
      { type: 'offer', session: 1, tracks: [{ source: 'camera' }, { source: 'microphone' }] },
    ]);
    answer(back, 'again', 'camera', 'microphone');
    back.receive(offered('o1', 't1'));
    await settle();
    sending.connect();
    receiving.connect();
    expect(ownTracks(room)).toEqual(['again-camera', 'again-microphone']);
    expect(room.call.localTracks.get('camera')?.track).toBe(tracks.get('camera')?.track);
    expect([...room.call.remoteTracks.keys()]).toEqual(['t1']);
    expect(room.call.state).toBe('connected');
    expect(names(room)).not.toContain('participant-left');
    expect(names(room)).not.toContain('error');
  });

  it('states its mute again where the server may not know it', async () => {
    const room = await withDevices();
    await finish(room.call.setCameraEnabled(false));
    room.socket.sent();
    socket().drop(1006);
    await finish(room.call.setMicrophoneEnabled(false));
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    socket().sent();
    resume(socket());
    expect(socket().sent()).toEqual([
      { type: 'mute', trackId: 's1-camera', muted: true },
      { type: 'mute', trackId: 's1-microphone', muted: true },
    ]);
    // A track that has ended in the meantime needs none.
    socket().receive({ type: 'error', code: 'track_not_found', message: 'None.', requestType: 'mute' });
    expect(names(room)).not.toContain('error');
  });

  it('sends texts that the room has not told yet, once it is caught up', async () => {
    const room = await joinFakeRoom();
    const chat = (text: string) =>
      ({ type: 'chat', roomId, participantId: 'me', name: 'Me', text, at: 0 }) as const;
    room.call.sendChat('told');
    room.call.sendChat('told late');
    room.call.sendChat('lost');
    room.socket.receive(chat('told'));
    socket().drop(1006);
    room.call.sendChat('written meanwhile');
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    socket().sent();
    socket().receive({ type: 'resumed', roomId, participantId: 'me', seq: FakeSocket.seq + 1 });
    expect(socket().sent()).toEqual([]);
    socket().receive(chat('told late'));
    expect(socket().sent()).toEqual([
      { type: 'chat', text: 'lost' },
      { type: 'chat', text: 'written meanwhile' },
    ]);
  });

  it('sends no text again whose frame may have been refused', async () => {
    const room = await joinFakeRoom();
    room.call.sendChat('refused');
    room.socket.receive({ type: 'error', code: 'rate_limited', message: 'Too fast.' });
    room.call.sendChat('lost');
    resume(await reopen());
    expect(socket().sent()).toEqual([{ type: 'chat', text: 'lost' }]);
  });

  it('sends a text once that is written while the missed events come', async () => {
    const room = await joinFakeRoom();
    const back = await reopen();
    back.receive({ type: 'resumed', roomId, participantId: 'me', seq: FakeSocket.seq + 1 });
    room.call.sendChat('between');
    expect(back.sent()).toEqual([]);
    back.receive({ type: 'participant-joined', roomId, participant: person('bob') });
    expect(back.sent()).toEqual([{ type: 'chat', text: 'between' }]);
  });

  it('says so when more is written than it keeps', async () => {
    const room = await joinFakeRoom();
    socket().drop(1006);
    for (let n = 0; n < 100; n++) room.call.sendChat(String(n));
    expect(room.heard.at(-1)).toMatchObject({ name: 'error', event: { code: 'rate_limited' } });
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    socket().sent();
    resume(socket());
    expect(socket().sent()[0]).toEqual({ type: 'chat', text: '0' });
  });

  it('makes an offer again that waited for its answer, however long that takes', async () => {
    const room = await joinFakeRoom();
    const done = room.call.setCameraEnabled(true);
    await settle();
    const [first] = room.socket.sent();
    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(2 * ANSWER_TIMEOUT);
    socket().open();
    socket().sent();
    resume(socket());
    expect(socket().sent()).toEqual([first]);
    // Both may have arrived.
    answer(socket(), 's1', 'camera');
    await finish(done);
    const microphone = room.call.setMicrophoneEnabled(true);
    await settle();
    socket().receive(answered('1', 's1', 'camera'));
    answer(socket(), 's1', 'camera', 'microphone');
    await finish(microphone);
    expect(ownTracks(room)).toEqual(['s1-camera', 's1-microphone']);
    expect(names(room)).not.toContain('error');
  });

  it('takes the second refusal of an offer that was made twice for none of the next', async () => {
    const room = await joinFakeRoom();
    const camera = room.call.setCameraEnabled(true);
    camera.catch(() => undefined);
    await settle();
    resume(await reopen());
    const refusal = { type: 'error', code: 'publish_failed', message: 'No.', requestType: 'offer' } as const;
    socket().receive({ ...refusal, offerId: '1' });
    await vi.advanceTimersByTimeAsync(1);
    await expect(camera).rejects.toMatchObject({ code: 'publish_failed' });
    const microphone = room.call.setMicrophoneEnabled(true);
    await settle();
    socket().receive({ ...refusal, offerId: '1' });
    answer(socket(), 's1', 'microphone');
    await finish(microphone);
    expect(ownTracks(room)).toEqual(['s1-microphone']);
  });

  it.each([
    ['does not come back', () => vi.advanceTimersByTimeAsync(2 * RETRY.giveUp)],
    [
      'is refused',
      async () => {
        const back = await reopen();
        back.receive({ type: 'error', code: 'room_full', message: 'Full.', requestType: 'join' });
      },
    ],
  ])('ends everything when it %s', async (_, happen) => {
    const room = await withDevices();
    socket().drop(1006);
    await happen();
    expect(room.heard.at(-1)).toMatchObject({ name: 'closed', event: { reason: 'connection-lost' } });
    expect(room.call.state).toBe('ended');
    expect(room.publisher.connectionState).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends as the room’s end when that was closed meanwhile', async () => {
    const room = await joinFakeRoom();
    const back = await reopen();
    back.receive({ type: 'error', code: 'room_closed', message: 'Over.', requestType: 'join' });
    expect(room.call.ended).toEqual({ reason: 'room-closed', why: 'deleted' });
  });
});

describe('the socket breaks while the camera is published', () => {
  /** What the server does, step by step; the room's socket breaks after one of them. */
  const steps = ['session', 'offer', 'answer', 'again'] as const;

  it.each([
    ...steps.map((step) => [step, relayed] as const),
    ...steps.map((step) => [step, direct] as const),
  ])('after %s', async (broken, session) => {
    const room = await joinFakeRoom({}, session(1));
    const way = () => {
      if (session === relayed) return socket();
      socket().open();
      return socket();
    };
    let media = way();
    const done = room.call.setCameraEnabled(true);
    if (broken !== 'session') await settle();
    if (broken === 'answer' || broken === 'again') answer(media, 's1', 'camera');
    if (broken === 'again') await finish(done);

    room.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    const back = FakeSocket.all.findLast(({ url }) => url.startsWith('ws://server')) ?? room.socket;
    expect(back).not.toBe(room.socket);
    back.open();
    resume(back, session(1));
    media = way();
    await settle();
    const offer = media.sent().find(({ type }) => type === 'offer');
    if (broken !== 'answer' && broken !== 'again') expect(offer).toMatchObject({ session: 1 });
    if (offer) answer(media, 's1', 'camera');
    await finish(done);
    expect(ownTracks(room)).toEqual(['s1-camera']);
    expect(names(room)).not.toContain('error');
    expect(FakePeerConnection.all).toHaveLength(2);
    room.call.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('publishes what was wished before the first session, though the socket breaks in between', async () => {
  const connecting = connect('http://server', { room: 'room', name: 'Me' });
  socket().open();
  socket().receive(JOINED);
  const call = await connecting;
  const done = call.setCameraEnabled(true);
  await settle();
  expect(FakePeerConnection.all).toHaveLength(0);
  socket().sent();
  const back = await reopen();
  resume(back);
  await settle();
  expect(back.sent()).toMatchObject([{ type: 'offer', session: 1 }]);
  answer(back, 's1', 'camera');
  await finish(done);
  call.leave();
  expect(vi.getTimerCount()).toBe(0);
});

describe('media that is interrupted', () => {
  it('has the sockets show that they live: those of a network that is gone are opened anew, and ICE begins again', async () => {
    const room = await withDevices();
    room.publisher.interrupt();
    await vi.advanceTimersByTimeAsync(PROBE_TIMEOUT);
    expect(room.socket.readyState, 'it has not answered').toBe(3);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    expect(socket()).not.toBe(room.socket);
    socket().open();
    resume(socket());
    await settle();
    expect(room.publisher.log).toContain('restart ICE');
    expect(socket().sent()).toMatchObject([{ type: 'join' }, { type: 'offer', session: 1 }]);
    room.call.leave();
  });

  it('has the node’s socket do so too', async () => {
    await joinFakeRoom({}, direct(1));
    const node = socket();
    node.open();
    connections()[1].interrupt();
    await vi.advanceTimersByTimeAsync(PROBE_TIMEOUT);
    expect(node.readyState).toBe(3);
  });

  it('has the node restart ICE of what is received, at once where messages get through and else as soon as they do', async () => {
    const room = await withDevices();
    connections()[1].fail();
    expect(room.socket.sent()).toEqual([{ type: 'restart-ice', session: 1 }]);
    const requestType = 'restart-ice';
    room.socket.receive({ type: 'error', code: 'unknown_type', message: 'Old.', requestType });
    expect(room.heard.filter(({ event }) => event instanceof CallError && event.requestType)).toEqual([]);
    room.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    resume(socket());
    await settle();
    expect(socket().sent()).toMatchObject([{ type: 'join' }, { type: 'restart-ice', session: 1 }]);
    room.call.leave();
  });

  it('leaves sockets alone that answer', async () => {
    const room = await withDevices();
    room.publisher.interrupt();
    room.socket.pong();
    await vi.advanceTimersByTimeAsync(PROBE_TIMEOUT);
    expect(room.socket.readyState).toBe(1);
    expect(room.publisher.log).not.toContain('restart ICE');
    room.call.leave();
  });
});

describe('a new media session', () => {
  it('publishes everything again: the same tracks, mute and screen', async () => {
    const room = await withDevices();
    const sharing = room.call.startScreenShare();
    await settle();
    answer(room.socket, 's1', 'camera', 'microphone', 'screen', 'screen-audio');
    await finish(sharing);
    await finish(room.call.setMicrophoneEnabled(false));
    const before = new Map([...room.call.localTracks].map(([source, { track }]) => [source, track]));
    room.socket.sent();
    room.heard.length = 0;

    room.socket.receive(relayed(2));
    expect([room.publisher.connectionState, room.subscriber.connectionState]).toEqual(['closed', 'closed']);
    expect(ownTracks(room)).toEqual([]);
    await settle();
    const [sending] = connections();
    expect(sending).not.toBe(room.publisher);
    expect(room.socket.sent()).toMatchObject([
      { type: 'offer', session: 2, tracks: [{ source: 'camera' }, { source: 'microphone' }] },
    ]);
    answer(room.socket, 's2', 'camera', 'microphone');
    await settle();
    expect(room.socket.sent()).toMatchObject([
      { type: 'start-screen-share', session: 2 },
      { type: 'mute', trackId: 's2-microphone', muted: true },
    ]);
    answer(room.socket, 's2', 'camera', 'microphone', 'screen', 'screen-audio');
    await settle();
    sending.connect();
    expect(ownTracks(room)).toEqual(['s2-camera', 's2-microphone muted', 's2-screen', 's2-screen-audio']);
    expect(new Map([...room.call.localTracks].map(([source, { track }]) => [source, track]))).toEqual(before);
    expect(sending.getTransceivers().map(({ sender }) => sender.track)).toEqual([...before.values()]);
    expect(planes(room)).toEqual(['reconnecting media', 'reconnected media']);
    expect(names(room)).not.toContain('error');
  });

  it('receives everything again, in the quality that was wished', async () => {
    const room = await joinFakeRoom({ participants: [person('ann', track('t1'))] });
    room.socket.receive(offered('o1', 't1'));
    await settle();
    room.call.updateQuality('low');
    room.call.updateQuality('high', 't1');
    room.socket.sent();
    room.heard.length = 0;
    room.socket.receive(relayed(2));
    expect(room.call.remoteTracks.size).toBe(0);
    expect(room.call.state).toBe('reconnecting');
    room.socket.receive(offered('o2', 't1'));
    await settle();
    expect(room.socket.sent()).toMatchObject([
      { type: 'update-quality', session: 2, quality: 'low' },
      { type: 'answer', session: 2, offerId: 'o2' },
      { type: 'update-quality', session: 2, quality: 'high', trackId: 't1' },
    ]);
    connections()[1].connect();
    expect(names(room)).toEqual(['track-removed', 'reconnecting', 'track', 'reconnected']);
    expect(room.call.state).toBe('connected');
  });

  it('takes over an offer that is open, and not its late answer', async () => {
    const room = await joinFakeRoom({}, direct(1));
    const node = socket();
    node.open();
    const done = room.call.setCameraEnabled(true);
    await settle();
    room.socket.receive(direct(2));
    const next = socket();
    next.open();
    // The old session's node is slow.
    answer(node, 's1', 'camera');
    await settle();
    expect(next.sent()).toMatchObject([{ type: 'offer', session: 2 }]);
    answer(next, 's2', 'camera');
    await finish(done);
    expect(ownTracks(room)).toEqual(['s2-camera']);
    expect(names(room)).not.toContain('error');
  });

  it('does not wait for media where there is none', async () => {
    const room = await joinFakeRoom({ participants: [person('ann')] });
    room.socket.receive(relayed(2));
    expect(planes(room)).toEqual([]);
  });

  it('keeps a camera off that was turned off while it came', async () => {
    const room = await withDevices();
    room.socket.receive(relayed(2));
    await settle();
    const off = room.call.setCameraEnabled(false);
    answer(room.socket, 's2', 'camera', 'microphone');
    await finish(off);
    expect(ownTracks(room)).toEqual(['s2-camera muted', 's2-microphone']);
    expect(connections()[0].getTransceivers()[0]?.sender.track).toBeNull();
  });

  it('ignores one that is older than its own', async () => {
    const room = await withDevices();
    room.socket.receive(relayed(2));
    await settle();
    room.socket.receive(relayed(1));
    expect(FakePeerConnection.all).toHaveLength(4);
    expect(connections()[0].connectionState).not.toBe('closed');
  });

  it('holds what is published until the first one comes, but not for ever', async () => {
    const room = await joinFakeRoom({}, relayed(1));
    joinAgain(await reopen(), { participantId: 'other' });
    const camera = new FakeTrack('video');
    const publishing = room.call.publish('camera', camera.asTrack());
    publishing.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT);
    await expect(publishing).rejects.toMatchObject({ code: 'media_unavailable' });
    const again = room.call.publish('camera', new FakeTrack('video').asTrack());
    await settle();
    socket().receive(relayed(1));
    await settle();
    answer(socket(), 's1', 'camera');
    await finish(again);
    room.call.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps an offer that no node can take for now', async () => {
    const room = await joinFakeRoom();
    const done = room.call.setCameraEnabled(true);
    await settle();
    const refusal = {
      type: 'error',
      code: 'media_unavailable',
      message: 'Wait.',
      requestType: 'offer',
      offerId: FakeSocket.offerId,
    } as const;
    room.socket.receive(refusal);
    room.socket.receive(relayed(2));
    await settle();
    answer(room.socket, 's2', 'camera');
    await finish(done);
    expect(room.heard.filter(({ name }) => name === 'error')).toMatchObject([
      { event: { code: 'media_unavailable' } },
    ]);
  });
});

it('says goodbye also when it has just asked to come back', async () => {
  const room = await joinFakeRoom();
  const back = await reopen();
  room.call.leave();
  expect(back.sent()).toMatchObject([{ type: 'leave', report: { reconnects: 1 } }]);
});

it('closes the first PeerConnection of a session when the browser refuses the second', async () => {
  const room = await joinFakeRoom();
  let made = 0;
  class Refusing extends FakePeerConnection {
    constructor() {
      if (++made === 2) throw new DOMException('No more of them.', 'UnknownError');
      super();
    }
  }
  vi.stubGlobal('RTCPeerConnection', Refusing);
  room.socket.receive(relayed(2));
  expect(room.heard).toContainEqual({
    name: 'error',
    event: expect.objectContaining({ code: 'media_unsupported' }),
  });
  expect(FakePeerConnection.all.map(({ connectionState }) => connectionState)).toEqual([
    'new',
    'new',
    'closed',
  ]);
});

describe('media fails by itself', () => {
  it('tells so while it restarts ICE', async () => {
    const room = await withDevices();
    room.publisher.fail();
    expect(room.call.state).toBe('reconnecting');
    await settle();
    expect(room.socket.sent()).toMatchObject([{ type: 'offer' }]);
    room.publisher.connect();
    expect(planes(room)).toEqual(['reconnecting media', 'reconnected media']);
  });

  it('restarts ICE again once there is a way, when the first restart was not answered', async () => {
    const room = await withDevices();
    // The network is gone, of which no socket has heard yet.
    room.publisher.fail();
    await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT);
    const back = await reopen();
    const restarts = () => room.publisher.log.filter((entry) => entry === 'restart ICE').length;
    const before = restarts();
    resume(back);
    await settle();
    expect(restarts()).toBe(before + 1);
    expect(back.sent()).toMatchObject([{ type: 'offer', session: 1 }]);
    answer(back, 's1', 'camera', 'microphone');
    await settle();
    room.publisher.connect();
    expect(room.call.state).toBe('connected');
  });

  it('goes by the newest ICE servers when ICE begins anew, and leaves alone what is connected', async () => {
    const room = await withDevices();
    const iceServers = [{ urls: ['turn:turn.example.com'], username: '2:me', credential: 'new' }];
    room.publisher.connect();
    room.subscriber.connect();
    socket().receive({ ...relayed(1), iceServers });
    for (const one of [room.publisher, room.subscriber]) {
      expect(one.getConfiguration().iceServers).toEqual(JOINED.media.iceServers);
      one.fail();
      expect(one.getConfiguration()).toMatchObject({ bundlePolicy: 'max-bundle', iceServers });
    }
    const newer = [{ ...iceServers[0], urls: ['turn:turn.example.com'], username: '3:me' }];
    socket().receive({ ...relayed(1), iceServers: newer });
    expect(room.subscriber.getConfiguration().iceServers, 'failed, and renewed').toEqual(newer);
    socket().receive(relayed(2));
    for (const one of connections()) expect(one.getConfiguration().iceServers).toEqual(newer);
  });

  it('restarts ICE once when the answer to that is what was lost', async () => {
    const room = await withDevices();
    room.publisher.fail();
    await settle();
    const back = await reopen();
    resume(back);
    await settle();
    expect(room.publisher.log.filter((entry) => entry === 'restart ICE')).toHaveLength(1);
    expect(back.sent()).toMatchObject([{ type: 'offer', session: 1 }]);
  });
});

describe('the node’s own socket', () => {
  it('carries the session, and nothing of the room', async () => {
    const room = await joinFakeRoom({}, direct(1));
    const node = socket();
    node.open();
    const done = room.call.setCameraEnabled(true);
    await settle();
    expect(node.sent()).toMatchObject([{ type: 'offer', session: 1 }]);
    // What comes over a carrier that is not the session's is not for it.
    answer(room.socket, 'wrong', 'camera');
    answer(node, 's1', 'camera');
    await finish(done);
    await finish(room.call.setCameraEnabled(false));
    room.call.sendChat('Hi');
    expect(node.sent()).toEqual([]);
    expect(room.socket.sent()).toMatchObject([{ type: 'mute', trackId: 's1-camera' }, { type: 'chat' }]);
    expect(ownTracks(room)).toEqual(['s1-camera muted']);
  });

  it('gives way to the relay when it does not open', async () => {
    const room = await joinFakeRoom({}, direct(1));
    const done = room.call.setCameraEnabled(true);
    await vi.advanceTimersByTimeAsync(OPEN_TIMEOUT);
    expect(room.socket.sent()).toEqual([{ type: 'reconnect-session', session: 1, carrier: 'relay' }]);
    room.socket.receive(relayed(1));
    expect(room.socket.sent()).toMatchObject([{ type: 'offer', session: 1 }]);
    answer(room.socket, 's1', 'camera');
    await finish(done);
    expect(FakePeerConnection.all).toHaveLength(2);
    expect(planes(room)).toEqual([]);
  });

  it('is opened again with another ticket, for the same session', async () => {
    const room = await joinFakeRoom({}, direct(1, 'first'));
    socket().open();
    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    expect(room.socket.sent()).toEqual([{ type: 'reconnect-session', session: 1, carrier: 'direct' }]);
    room.socket.receive(direct(1, 'second'));
    expect(socket().protocols).toContain('ticket.second');
    expect(FakePeerConnection.all).toHaveLength(2);
    expect(room.publisher.connectionState).not.toBe('closed');
    expect(planes(room)).toEqual([]);
  });

  it('is no news when the node turns it away', async () => {
    const room = await joinFakeRoom({}, direct(1));
    socket().open();
    socket().receive({ type: 'error', code: 'ticket_expired', message: 'Too late.' });
    socket().drop(4401, 'ticket_expired');
    await vi.advanceTimersByTimeAsync(RETRY.first);
    expect(room.socket.sent()).toMatchObject([{ type: 'reconnect-session', carrier: 'direct' }]);
    expect(room.heard).toEqual([]);
  });

  it('goes on while the room’s socket is away', async () => {
    const room = await joinFakeRoom({}, direct(1));
    const node = socket();
    node.open();
    room.socket.drop(1006);
    const done = room.call.setCameraEnabled(true);
    await settle();
    answer(node, 's1', 'camera');
    await finish(done);
    expect(ownTracks(room)).toEqual(['s1-camera']);
  });
});

describe('leaving while something is lost', () => {
  it.each(['reconnecting', 'track-unpublished'] as const)('on %s: opens nothing more', async (event) => {
    const room = await withDevices();
    room.call.on(event, () => room.call.leave());
    room.socket.receive(direct(2));
    await settle();
    expect(room.call.state).toBe('ended');
    expect(FakeSocket.all.filter(({ readyState }) => readyState !== 3)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[string, (session: number) => MediaSession, () => unknown]>([
    ['the room’s socket', relayed, () => socket().drop(1006)],
    [
      'the room’s socket, with the next one opening',
      relayed,
      async () => {
        socket().drop(1006);
        await vi.advanceTimersByTimeAsync(RETRY.first);
      },
    ],
    ['the session', relayed, () => socket().receive(relayed(2))],
    ['the participant', relayed, async () => joinAgain(await reopen(), { participantId: 'other' })],
    [
      'the node’s socket',
      direct,
      () => {
        socket().open();
        socket().drop(1006);
      },
    ],
    ['the node’s socket, which opens', direct, () => undefined],
  ])('%s: ends everything', async (_, session, happen) => {
    const room = await joinFakeRoom({}, session(1));
    const doing = Promise.allSettled([
      room.call.setCameraEnabled(true),
      room.call.setMicrophoneEnabled(true),
      room.call.startScreenShare(),
    ]);
    await settle();
    await happen();
    const later = Promise.allSettled([room.call.setCameraEnabled(false), room.call.setCameraEnabled(true)]);
    await settle();
    room.call.leave();
    await Promise.all([doing, later]);
    await vi.advanceTimersByTimeAsync(2 * RETRY.giveUp);
    expect(vi.getTimerCount()).toBe(0);
    expect(FakeSocket.all.map(({ readyState }) => readyState)).toEqual(FakeSocket.all.map(() => 3));
    expect(new Set(FakePeerConnection.all.map(({ connectionState }) => connectionState))).toEqual(
      new Set(['closed']),
    );
    expect(room.heard.at(-1)).toEqual({ name: 'closed', event: { reason: 'left' } });
    expect(room.call.state).toBe('ended');
  });
});
