import type { ServerOffer } from '@parley/protocol/server-messages';
import type { Participant, Track } from '@parley/protocol/track';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeStream, FakeTrack } from './testing/fake-media.ts';
import { type FakeRoom, joinFakeRoom, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const roomId = 'room';
const track: Track = {
  trackId: 't1',
  kind: 'video',
  source: 'camera',
  codec: 'VP8',
  layers: 3,
  muted: false,
};
const ann: Participant = { participantId: 'ann', name: 'Ann', joinedAt: 1, tracks: [] };
const names = ({ heard }: FakeRoom) => heard.map(({ name }) => name);

describe('Call: the room', () => {
  it('tells who comes, publishes, mutes and goes, once each', async () => {
    const room = await joinFakeRoom();
    const { socket, call } = room;
    for (let i = 0; i < 2; i++) {
      socket.receive({ type: 'participant-joined', roomId, participant: ann });
      socket.receive({ type: 'track-published', roomId, participantId: 'ann', track });
      socket.receive({ type: 'track-muted', roomId, participantId: 'ann', trackId: 't1', muted: true });
    }
    expect(call.participants.get('ann')?.tracks).toEqual([{ ...track, muted: true }]);
    socket.receive({ type: 'participant-left', roomId, participantId: 'ann', reason: 'left' });
    expect(names(room).filter((name) => name !== 'participants-changed')).toEqual([
      'participant-joined',
      'track-published',
      'track-muted',
      'participant-left',
    ]);
    expect(call.participants.has('ann')).toBe(false);
  });

  it('passes chat, quality and errors on', async () => {
    const room = await joinFakeRoom();
    room.socket.receive({ type: 'chat', roomId, participantId: 'ann', name: 'Ann', text: 'Hi', at: 5 });
    room.socket.receive({ type: 'quality-changed', roomId, trackId: 't1', requested: 'low', applied: 'low' });
    room.socket.receive({ type: 'error', code: 'forbidden', message: 'No.', requestType: 'chat' });
    expect(room.heard).toEqual([
      { name: 'chat', event: { participantId: 'ann', name: 'Ann', text: 'Hi', at: 5 } },
      { name: 'quality-changed', event: { trackId: 't1', requested: 'low', applied: 'low' } },
      { name: 'error', event: expect.objectContaining({ code: 'forbidden', requestType: 'chat' }) },
    ]);
  });

  it('sends wishes', async () => {
    const { call, socket } = await joinFakeRoom();
    call.updateQuality('low');
    call.updateQuality('high', 't1');
    call.sendChat('Hello');
    expect(socket.sent()).toEqual([
      { type: 'update-quality', session: 1, quality: 'low' },
      { type: 'update-quality', session: 1, quality: 'high', trackId: 't1' },
      { type: 'chat', text: 'Hello' },
    ]);
  });
});

describe('Call: its end', () => {
  it('says goodbye and closes everything', async () => {
    const room = await joinFakeRoom();
    const { call, socket, publisher, subscriber } = room;
    const camera = new FakeTrack('video');
    const publishing = call.publish('camera', camera.asTrack());
    publishing.catch(() => undefined);
    await settle();
    socket.sent();
    call.leave();
    call.leave();
    expect(socket.sent()).toEqual([{ type: 'leave', report: { freezes: 0, freezeMs: 0, reconnects: 0 } }]);
    expect([socket.readyState, publisher.connectionState, subscriber.connectionState]).toEqual([
      3,
      'closed',
      'closed',
    ]);
    expect(camera.readyState).toBe('ended');
    await expect(publishing).rejects.toMatchObject({ code: 'call_ended' });
    const after = new FakeTrack('video');
    for (const late of [
      call.setMicrophoneEnabled(true),
      call.setCameraEnabled(true),
      call.publish('camera', after.asTrack()),
      call.startScreenShare(),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'call_ended' });
    }
    expect(after.readyState).toBe('ended');
    expect(room.heard.at(-1)).toEqual({ name: 'closed', event: { reason: 'left' } });
    expect(call.ended).toEqual({ reason: 'left' });
  });

  it('rejects what a person was asked for meanwhile', async () => {
    const asked = Promise.withResolvers<FakeStream>();
    const capture = () => asked.promise;
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: capture, getDisplayMedia: capture } });
    const { call } = await joinFakeRoom();
    const late = [call.setCameraEnabled(true), call.startScreenShare()].map((promise) =>
      expect(promise).rejects.toMatchObject({ code: 'call_ended' }),
    );
    await settle();
    call.leave();
    const track = new FakeTrack('video');
    asked.resolve(new FakeStream([track]));
    await Promise.all(late);
    expect(track.readyState).toBe('ended');
  });

  it('leaves nothing alive', async () => {
    vi.useFakeTimers();
    const listeners = new Set<unknown>();
    vi.stubGlobal('addEventListener', (_: string, listener: unknown) => listeners.add(listener));
    vi.stubGlobal('removeEventListener', (_: string, listener: unknown) => listeners.delete(listener));
    const own = new FakeTrack('audio');
    const tracks = [own];
    const capture = async ({ video, audio }: MediaStreamConstraints) => {
      const captured = [
        ...(video ? [new FakeTrack('video')] : []),
        ...(audio ? [new FakeTrack('audio')] : []),
      ];
      tracks.push(...captured);
      return new FakeStream(captured);
    };
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: capture, getDisplayMedia: capture } });
    const { call, socket, publisher, subscriber } = await joinFakeRoom();
    const doing = [
      call.setCameraEnabled(true),
      call.setMicrophoneEnabled(true),
      call.startScreenShare(),
      call.publish('microphone', own.asTrack()),
    ];
    const settled = Promise.allSettled(doing);
    await vi.advanceTimersByTimeAsync(1);
    // The answer to this one does not come any more.
    publisher.fail();
    socket.receive({ type: 'request-offer', roomId });
    const late = call.setCameraEnabled(false).then(() => call.setCameraEnabled(true));
    call.leave();
    await Promise.allSettled([settled, late]);
    await vi.advanceTimersByTimeAsync(100);
    expect(tracks).toHaveLength(4);
    expect(tracks.map(({ readyState }) => readyState)).toEqual(tracks.map(() => 'ended'));
    expect([publisher.connectionState, subscriber.connectionState]).toEqual(['closed', 'closed']);
    expect(socket.readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners.size).toBe(0);
  });

  it('rejects what is under way though the closed PeerConnection never settles it', async () => {
    const { call, publisher } = await joinFakeRoom();
    publisher.setLocalDescription = () => new Promise<void>(() => undefined);
    const publishing = call.publish('camera', new FakeTrack('video').asTrack());
    publishing.catch(() => undefined);
    await settle();
    call.leave();
    await expect(publishing).rejects.toMatchObject({ code: 'call_ended' });
  });

  it.each([
    [
      'the room is closed',
      ({ socket }: FakeRoom) => socket.receive({ type: 'room-closed', roomId, reason: 'idle' }),
      { reason: 'room-closed', why: 'idle' },
    ],
    [
      'the server shuts it out',
      ({ socket }: FakeRoom) => socket.drop(4409, 'You came back elsewhere.'),
      { reason: 'connection-lost', code: 'connection_failed', detail: 'You came back elsewhere.' },
    ],
  ])('ends when %s', async (_, happen, end) => {
    const room = await joinFakeRoom();
    happen(room);
    expect(room.heard).toEqual([{ name: 'closed', event: end }]);
    expect(room.publisher.connectionState).toBe('closed');
  });
});

describe('Call: receiving', () => {
  const offered = (offerId: string, sdp: string, ...trackIds: string[]): ServerOffer => ({
    type: 'offer',
    roomId,
    offerId,
    sdp,
    tracks: trackIds.map((trackId, index) => ({
      mid: String(index),
      trackId,
      participantId: 'ann',
      kind: 'video',
      source: 'camera',
    })),
  });

  it('answers the server’s offers one after another', async () => {
    const { socket, subscriber, call } = await joinFakeRoom();
    socket.receive(offered('o1', '0:sendonly', 'a'));
    socket.receive(offered('o2', '0:sendonly 1:sendonly', 'a', 'b'));
    await settle();
    await settle();
    expect(subscriber.log).toEqual(['remote offer', 'local answer', 'remote offer', 'local answer']);
    expect(socket.sent()).toMatchObject([
      { type: 'answer', offerId: 'o1' },
      { type: 'answer', offerId: 'o2' },
    ]);
    expect([...call.remoteTracks.keys()]).toEqual(['a', 'b']);
  });

  it('tells of each track when it comes and when it goes', async () => {
    const room = await joinFakeRoom({ participants: [{ ...ann, tracks: [track] }] });
    const { socket } = room;
    socket.receive(offered('o1', '0:sendonly 1:sendonly', 't1', 'b'));
    await settle();
    socket.receive({ type: 'track-unpublished', roomId, participantId: 'ann', trackId: 't1' });
    socket.receive(offered('o2', '0:inactive'));
    await settle();
    const told = room.heard.filter(({ name }) => name === 'track' || name === 'track-removed');
    expect(told).toMatchObject([
      { name: 'track', event: { trackId: 't1' } },
      { name: 'track', event: { trackId: 'b', participantId: 'ann', source: 'camera' } },
      { name: 'track-removed', event: { trackId: 't1' } },
      { name: 'track-removed', event: { trackId: 'b' } },
    ]);
    expect(room.call.remoteTracks.size).toBe(0);
  });

  it('goes on after an offer that it cannot use', async () => {
    const room = await joinFakeRoom();
    room.socket.receive(offered('o1', 'bad'));
    room.socket.receive(offered('o2', '0:sendonly', 'a'));
    await settle();
    expect(room.heard).toMatchObject([
      { name: 'error', event: { code: 'negotiation_failed' } },
      { name: 'track', event: { trackId: 'a' } },
    ]);
  });
});
