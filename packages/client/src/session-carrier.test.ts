import { closeCode } from '@parley/protocol/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ASK_AGAIN,
  MOST_LOSSES,
  OPEN_TIMEOUT,
  SESSION_OVER,
  SessionCarrier,
  STABLE_DIRECT,
} from './session-carrier.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const PAUSE = 100;
const RELAY = { type: 'relay' } as const;
const way = (ticket: string) => ({ type: 'direct', url: 'wss://node:4443', ticket }) as const;
const socket = () => FakeSocket.last ?? expect.fail('no socket was opened');
const ask = (carrier: 'relay' | 'direct') => ({ type: 'reconnect-session', session: 3, carrier });

function made() {
  const relayed: unknown[] = [];
  const told: string[] = [];
  const carrier = new SessionCarrier({
    session: 3,
    retry: () => PAUSE,
    relay: (message) => relayed.push(message),
    message: ({ type }) => told.push(type),
    up: () => told.push('up'),
    down: () => told.push('down'),
  });
  return { carrier, relayed, told };
}

/** With an open socket to the node. */
function open() {
  const all = made();
  all.carrier.use(way('t1'));
  socket().open();
  return all;
}

describe('SessionCarrier', () => {
  it('sends over the room’s socket while the room is the way, always with the session’s number', () => {
    const { carrier, relayed, told } = made();
    carrier.send({ type: 'stop-screen-share' });
    carrier.use(RELAY);
    carrier.send({ type: 'stop-screen-share' });
    expect(relayed).toEqual([{ type: 'stop-screen-share', session: 3 }]);
    carrier.relayLost();
    carrier.send({ type: 'stop-screen-share' });
    expect(relayed).toHaveLength(1);
    carrier.use(RELAY);
    expect(told).toEqual(['up', 'down', 'up']);
  });

  it('shows its ticket to the node and sends over that socket', () => {
    const { carrier, relayed, told } = open();
    expect([socket().url, socket().protocols]).toEqual([
      'wss://node:4443/session',
      ['parley.session', 'ticket.t1'],
    ]);
    carrier.send({ type: 'stop-screen-share' });
    expect(socket().sent()).toEqual([{ type: 'stop-screen-share', session: 3 }]);
    expect(relayed).toEqual([]);
    socket().receive({ type: 'request-offer', roomId: 'room' });
    // The room's socket is not what it needs.
    carrier.relayLost();
    expect(told).toEqual(['up', 'request-offer']);
  });

  it.each([
    ['does not open', () => vi.advanceTimersByTime(OPEN_TIMEOUT)],
    ['is refused', () => socket().drop(1006)],
  ])('asks for the relay when the node’s socket %s', (_, happen) => {
    const { carrier, relayed, told } = made();
    carrier.use(way('t1'));
    happen();
    expect(relayed).toEqual([ask('relay')]);
    expect(told).toEqual([]);
    carrier.use(RELAY);
    expect(told).toEqual(['up']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks again while the room does not answer: it may not have heard, or its node be away', () => {
    const { carrier, relayed } = made();
    carrier.use(way('t1'));
    socket().drop(1006);
    vi.advanceTimersByTime(2 * ASK_AGAIN);
    expect(relayed).toEqual([ask('relay'), ask('relay'), ask('relay')]);
    carrier.use(RELAY);
    vi.advanceTimersByTime(2 * ASK_AGAIN);
    expect(relayed).toHaveLength(3);
  });

  it('asks for the relay when the page may not open the socket', () => {
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          throw new DOMException('mixed content', 'SecurityError');
        }
      },
    );
    const { carrier, relayed } = made();
    carrier.use(way('t1'));
    expect(relayed).toEqual([ask('relay')]);
    carrier.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks for another ticket when an open socket is lost, and for the relay when that happens in a row', () => {
    const { carrier, relayed, told } = open();
    for (let losses = 1; losses < MOST_LOSSES; losses++) {
      socket().drop(1006);
      expect(relayed).toHaveLength(losses - 1);
      vi.advanceTimersByTime(PAUSE);
      carrier.use(way(`t${losses}`));
      socket().open();
    }
    socket().drop(1006);
    expect(relayed).toEqual([ask('direct'), ask('direct'), ask('relay')]);
    expect(told).toEqual(['up', 'down', 'up', 'down', 'up', 'down']);
  });

  it('stays with the node when the losses are far apart', () => {
    const { carrier, relayed } = open();
    for (let losses = 0; losses < 2 * MOST_LOSSES; losses++) {
      vi.advanceTimersByTime(STABLE_DIRECT);
      socket().drop(1006);
      vi.advanceTimersByTime(PAUSE);
      carrier.use(way('t'));
      socket().open();
    }
    expect(relayed).toEqual(Array(2 * MOST_LOSSES).fill(ask('direct')));
  });

  it('waits for the room when the node says that the session is over', () => {
    const { relayed, told } = open();
    expect([closeCode('session_ended'), closeCode('room_closed')]).toEqual([SESSION_OVER, SESSION_OVER]);
    socket().drop(SESSION_OVER);
    vi.advanceTimersByTime(60_000);
    expect(relayed).toEqual([]);
    expect(told).toEqual(['up', 'down']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hears nothing more from a socket that was replaced', () => {
    const { carrier, told, relayed } = open();
    const old = socket();
    carrier.use(way('t2'));
    socket().open();
    old.receive({ type: 'request-offer', roomId: 'room' });
    old.drop(4409);
    expect(told).toEqual(['up', 'down', 'up']);
    expect([old.readyState, relayed]).toEqual([3, []]);
  });

  it.each([
    ['opens', () => made().carrier],
    ['is open', () => open().carrier],
    [
      'is lost',
      () => {
        const { carrier } = open();
        socket().drop(1006);
        return carrier;
      },
    ],
  ])('leaves nothing behind when it is closed while the node’s socket %s', (_, begin) => {
    const carrier = begin();
    if (FakeSocket.all.length === 0) carrier.use(way('t1'));
    carrier.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(socket().readyState).toBe(3);
  });
});
