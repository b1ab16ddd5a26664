import type { ServerMessage } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fullJitter, RETRY, type RetryPolicy } from './backoff.ts';
import type { CallError } from './call-error.ts';
import { PING_INTERVAL } from './keep-alive.ts';
import {
  CATCH_UP_TIMEOUT,
  JOIN_TIMEOUT,
  REJOIN_TIMEOUT,
  Signaling,
  type SignalingListener,
  STABLE,
  TOKEN_TIMEOUT,
  type Token,
} from './signaling.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { JOINED, relayed, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const roomId = 'room';
const PAUSE = 100;
const left = (seq: number): ServerMessage => ({
  type: 'participant-left',
  roomId,
  seq,
  participantId: 'ann',
  reason: 'left',
});
const resumed = (seq: number): ServerMessage => ({ type: 'resumed', roomId, participantId: 'me', seq });
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');

/** A client of the room, and everything it was told, in order. */
function signaling(retry: RetryPolicy = () => PAUSE, token?: Token) {
  const told: string[] = [];
  const listener: SignalingListener = {
    joined: ({ participantId }) => told.push(`joined ${participantId}`),
    waiting: () => told.push('waiting'),
    message: (message) => told.push('seq' in message ? `event ${message.seq}` : message.type),
    lost: () => told.push('lost'),
    recovered: () => told.push('recovered'),
    closed: ({ code, message }: CallError) => told.push(`closed ${code}: ${message}`),
  };
  const address = new URL('wss://server/ws?room=room');
  const client = new Signaling(
    { address, roomId, name: 'Me', direct: true, autoSubscribe: true, retry, ...(token && { token }) },
    listener,
  );
  return { client, told };
}

function joined(retry?: RetryPolicy) {
  const made = signaling(retry);
  socket().open();
  socket().receive({ ...JOINED, seq: 5 });
  made.told.length = 0;
  return made;
}

/** The socket breaks and the next one opens. */
function reopen(code = 1006): void {
  socket().drop(code);
  vi.advanceTimersByTime(PAUSE);
  socket().open();
}

describe('Signaling: coming back', () => {
  it('says who it is and what it has seen, and hears what it missed', () => {
    const { told, client } = joined();
    socket().receive(left(7));
    reopen();
    expect(socket().sent()).toMatchObject([
      { type: 'join', recovers: true, resume: { participantId: 'me', secret: 'secret', seq: 7 } },
    ]);
    socket().receive(resumed(9));
    socket().receive(left(8));
    expect(client.send({ type: 'leave' })).toBe(true);
    socket().receive(left(9));
    expect(told).toEqual(['event 7', 'lost', 'event 8', 'event 9', 'recovered']);
  });

  it('loses no event though the next socket breaks among those it missed', () => {
    const { told } = joined();
    reopen();
    socket().receive(resumed(9));
    socket().receive(left(6));
    reopen();
    expect(socket().sent()).toMatchObject([{ resume: { seq: 6 } }]);
    socket().receive(resumed(9));
    for (const seq of [7, 8, 9]) socket().receive(left(seq));
    expect(told).toEqual(['lost', 'event 6', 'lost', 'event 7', 'event 8', 'event 9', 'recovered']);
  });

  it('tells nothing twice', () => {
    const { told } = joined();
    socket().receive(left(6));
    reopen();
    socket().receive(resumed(7));
    for (const seq of [6, 7, 7]) socket().receive(left(seq));
    expect(told).toEqual(['event 6', 'lost', 'event 7', 'recovered']);
  });

  it.each([
    ['nothing was missed', 5, []],
    ['the room goes on after events of one’s own', 9, [relayed(1)]],
  ])('has recovered when %s', (_, seq, messages) => {
    const { told } = joined();
    reopen();
    socket().receive(resumed(seq));
    for (const message of messages) socket().receive(message);
    expect(told).toEqual(['lost', 'recovered', ...messages.map(({ type }) => type)]);
  });

  it('has recovered when nothing follows after events of its own', () => {
    const { told } = joined();
    reopen();
    socket().receive(resumed(9));
    expect(told).toEqual(['lost']);
    vi.advanceTimersByTime(CATCH_UP_TIMEOUT);
    expect(told).toEqual(['lost', 'recovered']);
  });

  it('takes the whole state, and another identity, and comes back as that', () => {
    const { told } = joined();
    reopen();
    const { resumeSecret: _, ...again } = JOINED;
    socket().receive({ ...again, seq: 40, resumed: true });
    reopen();
    expect(socket().sent()).toMatchObject([{ resume: { participantId: 'me', secret: 'secret', seq: 40 } }]);
    socket().receive({ ...JOINED, participantId: 'other', resumeSecret: 'new', seq: 2 });
    reopen();
    expect(socket().sent()).toMatchObject([{ resume: { participantId: 'other', secret: 'new', seq: 2 } }]);
    expect(told).toEqual(['lost', 'joined me', 'recovered', 'lost', 'joined other', 'recovered', 'lost']);
  });

  it('comes back when the pongs stay away', () => {
    const { told } = joined();
    const first = socket();
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(PING_INTERVAL);
      first.pong();
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(3 * PING_INTERVAL + PAUSE);
    expect(told).toEqual(['lost']);
    expect(first.readyState).toBe(3);
    expect(socket()).not.toBe(first);
  });

  it.each([
    ['does not open', () => undefined],
    ['is not answered', () => socket().open()],
    [
      'is told to try later',
      () => {
        socket().open();
        socket().receive({ type: 'error', code: 'server_busy', message: 'Later.', requestType: 'join' });
      },
    ],
    ['is closed at once', () => socket().drop(4503, 'Later.')],
  ])('tries again when the next socket %s', (_, happen) => {
    const { told } = joined();
    socket().drop(1012);
    vi.advanceTimersByTime(PAUSE);
    const second = socket();
    happen();
    vi.advanceTimersByTime(REJOIN_TIMEOUT + PAUSE);
    expect(socket()).not.toBe(second);
    expect(second.readyState).toBe(3);
    expect(told).toEqual(['lost']);
  });

  it('waits longer from failure to failure, and begins anew after a good time', () => {
    const retry = vi.fn<RetryPolicy>(() => PAUSE);
    joined(retry);
    vi.advanceTimersByTime(STABLE);
    for (let i = 0; i < 2; i++) {
      socket().drop(1006);
      vi.advanceTimersByTime(PAUSE);
    }
    socket().open();
    socket().receive(resumed(5));
    // In again, but not for long.
    reopen();
    socket().receive(resumed(5));
    vi.advanceTimersByTime(STABLE);
    reopen();
    expect(retry.mock.calls).toEqual([
      [0, 0],
      [1, PAUSE],
      [2, 2 * PAUSE],
      [0, 0],
    ]);
  });
});

describe('Signaling: its end', () => {
  it.each([
    ['the room is closed', 4410],
    ['one came back elsewhere', 4409],
    ['one may not', 4403],
    ['the version is too old', 4426],
  ])('does not come back when %s', (_, code) => {
    const { told } = joined();
    socket().drop(code, 'No.');
    expect(told).toEqual(['closed connection_failed: No.']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up when the server refuses for good', () => {
    const { told } = joined();
    reopen();
    socket().receive({ type: 'error', code: 'room_full', message: 'Full.', requestType: 'join' });
    expect(told).toEqual(['lost', 'closed room_full: Full.']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up when the policy does', () => {
    const { told } = joined((_, tryingFor) => (tryingFor >= RETRY.giveUp ? undefined : 5_000));
    socket().drop(1006);
    vi.advanceTimersByTime(2 * RETRY.giveUp);
    expect(told).toEqual([
      'lost',
      'closed connection_failed: The connection to server could not be made again (no answer).',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not count the time in which the machine slept', () => {
    const { told } = joined(fullJitter());
    socket().drop(1006);
    const awake = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => awake() + 3_600_000);
    vi.advanceTimersByTime(RETRY.first);
    socket().drop(1006);
    expect(told).toEqual(['lost']);
    vi.advanceTimersByTime(RETRY.first * 2);
    socket().open();
    socket().receive(resumed(5));
    expect(told).toEqual(['lost', 'recovered']);
  });

  it('does not try a second time to get in for the first time', () => {
    const { told } = signaling();
    vi.advanceTimersByTime(JOIN_TIMEOUT);
    expect(told).toEqual([expect.stringMatching(/^closed connection_failed: No connection to server/)]);
    expect(FakeSocket.all).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['in the room', () => undefined],
    ['in a pause', () => socket().drop(1006)],
    ['while it comes back', () => reopen()],
    [
      'while it catches up',
      () => {
        reopen();
        socket().receive(resumed(9));
      },
    ],
  ])('leaves nothing behind when it is closed %s', (_, happen) => {
    const { client, told } = joined();
    happen();
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(socket().readyState).toBe(3);
    expect(told.filter((one) => one !== 'lost')).toEqual([]);
    expect(client.send({ type: 'leave' })).toBe(false);
  });

  it('can be closed by whoever hears of the loss', () => {
    const told: string[] = [];
    const client: Signaling = new Signaling(
      {
        address: new URL('wss://server/ws'),
        roomId,
        name: 'Me',
        direct: true,
        autoSubscribe: true,
        retry: () => PAUSE,
      },
      {
        joined: () => undefined,
        waiting: () => undefined,
        message: () => undefined,
        lost: () => client.close(),
        recovered: () => told.push('recovered'),
        closed: () => told.push('closed'),
      },
    );
    socket().open();
    socket().receive(JOINED);
    socket().drop(1006);
    expect(vi.getTimerCount()).toBe(0);
    expect(told).toEqual([]);
  });
});

describe('Signaling: access tokens', () => {
  const joins = () =>
    socket()
      .sent()
      .map((message) => (message.type === 'join' ? message.token : message.type));
  const refuse = (code: 'token_missing' | 'token_expired') =>
    socket().receive({ type: 'error', code, message: 'No.', requestType: 'join' });

  /** In the room with the first of the tokens; each join takes the next. */
  async function joinedWith(...tokens: (string | Error)[]) {
    const made = signaling(undefined, async () => {
      const next = tokens.shift() ?? '';
      if (next instanceof Error) throw next;
      return next;
    });
    socket().open();
    await vi.waitFor(() => expect(joins()).toEqual(['first']));
    socket().receive({ ...JOINED, seq: 5 });
    made.told.length = 0;
    return made;
  }

  it('asks for one at each join', async () => {
    await joinedWith('first', 'second');
    reopen();
    await vi.waitFor(() => expect(joins()).toEqual(['second']));
  });

  it('comes back without where it can have none, and tries again when the room wants one', async () => {
    const { told } = await joinedWith('first', new Error('offline'), 'third');
    reopen();
    await vi.waitFor(() => expect(joins()).toEqual([undefined]));
    refuse('token_missing');
    vi.advanceTimersByTime(PAUSE);
    socket().open();
    await vi.waitFor(() => expect(joins()).toEqual(['third']));
    refuse('token_expired');
    expect(told).toEqual(['lost', 'closed token_expired: No.']);
  });

  it('comes back without where none comes in time', async () => {
    vi.useFakeTimers();
    const tokens = [Promise.resolve('first'), new Promise<string>(() => undefined)];
    const { told } = signaling(undefined, () => tokens.shift() ?? Promise.resolve('third'));
    socket().open();
    await vi.advanceTimersByTimeAsync(0);
    expect(joins()).toEqual(['first']);
    socket().receive({ ...JOINED, seq: 5 });
    reopen();
    await vi.advanceTimersByTimeAsync(TOKEN_TIMEOUT);
    expect(joins()).toEqual([undefined]);
    socket().receive(resumed(5));
    expect(told).toEqual(['joined me', 'lost', 'recovered']);
  });

  it('says nothing on a socket that was given up while it was asked', async () => {
    let answer: (token: string) => void = () => undefined;
    const token = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const { client } = signaling(undefined, () => token);
    socket().open();
    client.close();
    answer('late');
    await vi.advanceTimersByTimeAsync(0);
    expect(joins()).toEqual([]);
  });
});
