import { describe, expect, it } from 'vitest';
import { ClosedSessions } from './closed-sessions.ts';

const alice = (session: number) => ({ participantId: 'alice', session });
const seen = (closed: ClosedSessions) => [1, 2, 3].map((session) => closed.has(alice(session)));

describe('ClosedSessions', () => {
  it('a session that has ended takes all before it along, and none after it', () => {
    const closed = new ClosedSessions();
    expect(seen(closed)).toEqual([false, false, false]);
    closed.add(alice(2), 0);
    expect(seen(closed)).toEqual([true, true, false]);
    closed.add(alice(1), 0);
    expect(seen(closed), 'what comes late changes nothing').toEqual([true, true, false]);
    expect(closed.has({ participantId: 'bob', session: 1 })).toBe(false);
  });

  it('remembers longer than a ticket lives, and forgets then', () => {
    const closed = new ClosedSessions();
    closed.add(alice(1), 0);
    closed.add({ participantId: 'bob', session: 1 }, 60_000);
    expect(closed.has(alice(1))).toBe(true);
    closed.add({ participantId: 'carol', session: 1 }, 71_000);
    expect(closed.size).toBe(2);
    expect(closed.has(alice(1))).toBe(false);
    closed.sweep(142_000);
    expect(closed.size, 'nobody has to end for it to forget').toBe(0);
  });

  it('is bounded: the oldest goes first, and one that ends again is young', () => {
    const closed = new ClosedSessions(2);
    closed.add(alice(1), 0);
    closed.add({ participantId: 'bob', session: 1 }, 1);
    closed.add(alice(2), 2);
    closed.add({ participantId: 'carol', session: 1 }, 3);
    expect(closed.size).toBe(2);
    expect(closed.has(alice(2))).toBe(true);
    expect(closed.has({ participantId: 'bob', session: 1 })).toBe(false);
  });
});
