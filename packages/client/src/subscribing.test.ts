import type { Participant, Track } from '@parley/protocol/track';
import { describe, expect, it, vi } from 'vitest';
import { RETRY } from './backoff.ts';
import { connect } from './connect.ts';
import { controlBrowser } from './testing/controlled-browser.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { direct, JOINED, joinFakeRoom, relayed } from './testing/join-fake-room.ts';

controlBrowser();

const roomId = 'room';
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');
const settle = () => vi.advanceTimersByTimeAsync(50);

const track = (trackId: string, source: Track['source'] = 'camera'): Track => ({
  trackId,
  kind: source === 'camera' ? 'video' : 'audio',
  source,
  codec: 'VP8',
  layers: 1,
  muted: false,
});
const ann: Participant = {
  participantId: 'ann',
  name: 'Ann',
  joinedAt: 0,
  tracks: [track('a1'), track('a2', 'microphone')],
};

describe('subscribing', () => {
  it('is said in join, and by join alone where all is wanted', async () => {
    const joins = async (autoSubscribe?: boolean) => {
      const options = { room: 'room', name: 'Me', ...(autoSubscribe !== undefined && { autoSubscribe }) };
      const connecting = connect('http://server', options);
      socket().open();
      socket().receive(JOINED);
      const call = await connecting;
      socket().receive(relayed(1));
      await settle();
      const sent = socket().sent();
      call.leave();
      return sent;
    };
    const [all, ...nothing] = await joins();
    expect(all).not.toHaveProperty('autoSubscribe');
    expect(nothing).toEqual([]);
    expect(await joins(false)).toMatchObject([{ type: 'join', autoSubscribe: false }]);
  });

  it('asks for all but a track, and for all again', async () => {
    const { call, socket: room } = await joinFakeRoom({ participants: [ann] });
    call.unsubscribe('a1');
    await settle();
    expect(room.sent()).toEqual([{ type: 'subscribe', session: 1, default: true, except: ['a1'] }]);
    call.subscribe('a1');
    await settle();
    expect(room.sent()).toEqual([{ type: 'subscribe', session: 1, default: true, except: [] }]);
  });

  it('on demand asks for what it is told to, in one request', async () => {
    const { call, socket: room } = await joinFakeRoom({ participants: [ann] }, relayed(1), {
      autoSubscribe: false,
    });
    call.subscribe('a1');
    call.subscribe('a2');
    await settle();
    expect(room.sent()).toEqual([{ type: 'subscribe', session: 1, default: false, except: ['a1', 'a2'] }]);
  });

  it('of a track that nobody publishes is an error', async () => {
    const { call, heard } = await joinFakeRoom();
    call.subscribe('a1');
    expect(heard).toMatchObject([
      { name: 'error', event: { code: 'track_not_found', requestType: 'subscribe' } },
    ]);
  });

  it('is restored on every carrier, and before anything else in a new session', async () => {
    const { call, socket: room } = await joinFakeRoom({ participants: [ann] }, direct(1));
    const node = socket();
    node.open();
    call.unsubscribe('a1');
    await settle();
    const wanted = { type: 'subscribe', default: true, except: ['a1'] };
    expect(node.sent()).toEqual([{ ...wanted, session: 1 }]);
    room.receive(relayed(1));
    expect(room.sent()).toEqual([{ ...wanted, session: 1 }]);
    room.receive(direct(2));
    socket().open();
    expect(socket().sent()).toEqual([{ ...wanted, session: 2 }]);
  });

  it('is restored after coming back as the same participant, and as another', async () => {
    const { call } = await joinFakeRoom({ participants: [ann] }, relayed(1), { autoSubscribe: false });
    call.subscribe('a2');
    await settle();
    const wanted = { type: 'subscribe', default: false, except: ['a2'] };

    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    expect(socket().sent()).toMatchObject([{ type: 'join', autoSubscribe: false, resume: {} }]);
    socket().receive({ type: 'resumed', roomId, participantId: 'me', seq: FakeSocket.seq });
    socket().receive(relayed(1));
    expect(socket().sent()).toEqual([{ ...wanted, session: 1 }]);

    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(RETRY.first);
    socket().open();
    socket().sent();
    socket().receive({ ...JOINED, participantId: 'me-2', seq: FakeSocket.seq, participants: [ann] });
    socket().receive(relayed(1));
    expect(socket().sent()).toEqual([{ ...wanted, session: 1 }]);
  });

  it('goes on with what its participant publishes again, which has another id', async () => {
    const { call, socket: room } = await joinFakeRoom({ participants: [ann] });
    call.unsubscribe('a1');
    await settle();
    room.sent();
    room.receive({ type: 'track-unpublished', roomId, participantId: 'ann', trackId: 'a1' });
    room.receive({ type: 'track-published', roomId, participantId: 'ann', track: track('a9') });
    await settle();
    expect(room.sent()).toEqual([{ type: 'subscribe', session: 1, default: true, except: ['a9'] }]);
    room.receive({ type: 'participant-left', roomId, participantId: 'ann', reason: 'left' });
    room.receive({ type: 'participant-joined', roomId, participant: ann });
    await settle();
    expect(room.sent(), 'whoever comes anew is received').toEqual([]);
  });

  it('is nothing any more after the call', async () => {
    const { call } = await joinFakeRoom({ participants: [ann] });
    call.leave();
    call.unsubscribe('a1');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('misses nothing where nothing is wanted', async () => {
    const { call, subscriber } = await joinFakeRoom({ participants: [ann] }, relayed(1), {
      autoSubscribe: false,
    });
    subscriber.fail();
    expect(call.state).toBe('connected');
    call.subscribe('a1');
    await settle();
    expect(call.state).toBe('reconnecting');
  });
});
