import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RetryPolicy } from './backoff.ts';
import { connect } from './connect.ts';
import { JOIN_TIMEOUT, TOKEN_TIMEOUT } from './signaling.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { direct, JOINED, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');

describe('connect', () => {
  it('opens the room’s socket, joins when it is open, and resolves when it has joined', async () => {
    const connecting = connect('https://server', { room: 'room', name: 'Me' });
    expect(socket().url).toBe('wss://server/ws?room=room');
    expect(socket().sent()).toEqual([]);
    socket().open();
    expect(socket().sent()).toEqual([
      {
        type: 'join',
        roomId: 'room',
        participantName: 'Me',
        version: 1,
        requestOffers: false,
        recovers: true,
        direct: true,
      },
    ]);
    socket().receive(JOINED);
    const call = await connecting;
    expect([...call.participants.values()]).toMatchObject([
      { participantId: 'me', name: 'Me', isSelf: true },
    ]);
    call.leave();
  });

  it('rejects with what the server says, and closes the socket', async () => {
    const connecting = connect('http://server', { room: 'room', name: 'Me' });
    socket().open();
    socket().receive({ type: 'error', code: 'room_full', message: 'The room holds 2.', requestType: 'join' });
    await expect(connecting).rejects.toMatchObject({ code: 'room_full', message: 'The room holds 2.' });
    expect(socket().readyState).toBe(3);
  });

  it('rejects where the browser opens no such socket, and leaves nothing behind', async () => {
    vi.useFakeTimers();
    class NoSocket {
      constructor() {
        throw new DOMException('mixed content', 'SecurityError');
      }
    }
    vi.stubGlobal('WebSocket', NoSocket);
    const token = vi.fn(async () => 'token');
    const connecting = connect('http://server', { room: 'room', name: 'Me', token });
    await expect(connecting).rejects.toMatchObject({
      code: 'connection_failed',
      cause: { name: 'SecurityError' },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects when the server cannot be reached', async () => {
    const connecting = connect('http://server', { room: 'room', name: 'Me' });
    socket().drop(1006);
    await expect(connecting).rejects.toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('server (code 1006)'),
    });
  });

  it.each([
    ['the socket does not open', () => undefined],
    ['nobody answers', () => socket().open()],
  ])('gives up when %s', async (_, happen) => {
    vi.useFakeTimers();
    const connecting = connect('http://server', { room: 'room', name: 'Me' });
    happen();
    vi.advanceTimersByTime(JOIN_TIMEOUT);
    await expect(connecting).rejects.toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('no answer'),
    });
    expect(socket().readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects for a URL that is none', async () => {
    await expect(connect('ftp://server', { room: 'room', name: 'Me' })).rejects.toThrow(TypeError);
  });

  it('can be given up before and while joining', async () => {
    await expect(
      connect('http://server', { room: 'r', name: 'Me', signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(FakeSocket.last).toBeUndefined();
    const controller = new AbortController();
    const connecting = connect('http://server', { room: 'r', name: 'Me', signal: controller.signal });
    socket().open();
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
    expect(socket().sent(), 'or the others saw a ghost').toMatchObject([{ type: 'join' }, { type: 'leave' }]);
    expect(socket().readyState).toBe(3);
  });

  it('shows a token in join', async () => {
    void connect('http://server', { room: 'room', name: 'Me', token: 'abc' });
    socket().open();
    expect(socket().url, 'it is in no URL').not.toContain('abc');
    expect(socket().protocols).toEqual([]);
    expect(socket().sent()).toMatchObject([{ type: 'join', token: 'abc' }]);
  });

  it('rejects when the application has no token', async () => {
    const cause = new Error('signed out');
    const connecting = connect('http://server', {
      room: 'r',
      name: 'Me',
      token: () => Promise.reject(cause),
    });
    await expect(connecting).rejects.toMatchObject({ code: 'token_unavailable', cause });
    expect(socket().readyState).toBe(3);
  });

  it('rejects when the application’s token does not come in time', async () => {
    vi.useFakeTimers();
    const token = () => new Promise<string>(() => undefined);
    const connecting = connect('http://server', { room: 'r', name: 'Me', token });
    socket().open();
    const refused = expect(connecting).rejects.toMatchObject({
      code: 'token_unavailable',
      cause: expect.objectContaining({ message: 'options.token did not settle within 8 s.' }),
    });
    await vi.advanceTimersByTimeAsync(TOKEN_TIMEOUT);
    await refused;
    expect(socket().readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes back when its policy says, by every way', async () => {
    vi.useFakeTimers();
    const retry = vi.fn<RetryPolicy>(() => 77);
    const connecting = connect('http://server', { room: 'r', name: 'Me', retry });
    socket().open();
    socket().receive(JOINED);
    const call = await connecting;
    const room = socket();
    room.receive(direct(1));
    socket().open();
    socket().drop(1006);
    expect(room.sent()).toMatchObject([{ type: 'join' }]);
    await vi.advanceTimersByTimeAsync(77);
    expect(room.sent()).toMatchObject([{ type: 'reconnect-session', carrier: 'direct' }]);
    room.drop(1006);
    const sockets = FakeSocket.all.length;
    await vi.advanceTimersByTimeAsync(77);
    expect(FakeSocket.all.length).toBe(sockets + 1);
    expect(retry).toHaveBeenCalledTimes(2);
    call.leave();
  });

  it.each(['token_missing', 'token_expired', 'token_wrong_room'] as const)(
    'rejects with %s at once',
    async (code) => {
      const connecting = connect('http://server', { room: 'room', name: 'Me' });
      socket().open();
      socket().receive({ type: 'error', code, message: 'Get another.', requestType: 'join' });
      await expect(connecting).rejects.toMatchObject({ code });
    },
  );

  it('rejects in a browser without WebRTC', async () => {
    vi.unstubAllGlobals();
    const connecting = connect('http://server', { room: 'room', name: 'Me' });
    await expect(connecting).rejects.toMatchObject({ code: 'media_unsupported' });
    expect(FakeSocket.last).toBeUndefined();
  });

  it('can keep to the room’s socket', async () => {
    void connect('http://server', { room: 'room', name: 'Me', carrier: 'relay' });
    socket().open();
    expect(socket().sent()).toMatchObject([{ type: 'join', direct: false }]);
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    const connecting = connect('http://server', { room: 'room', name: 'Me' });
    socket().open();
    socket().receive(JOINED);
    const call = await connecting;
    // The next ping, and the next look at how the call is.
    expect(vi.getTimerCount()).toBe(2);
    call.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});
