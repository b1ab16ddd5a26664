import { describe, expect, it } from 'vitest';
import { tellsAgain } from './presence.ts';
import { TIMES } from './state.ts';
import { sentTo, TestRoom } from './testing.ts';
import { nextWake } from './wake.ts';

/** A room with a client that recovers, `ann`, and a plain one, `bob`. */
function twoKinds(): TestRoom {
  const room = new TestRoom();
  room.join('ann', { recovers: true });
  room.join('bob');
  room.link();
  return room;
}

const lost = (room: TestRoom, name: string) =>
  room.do({ type: 'connection-closed', connectionId: `c-${name}` });
const media = (room: TestRoom, name: string, state: 'connected' | 'disconnected' | 'closed') =>
  room.report(name, { type: 'media-state', state });
const present = (room: TestRoom) => Object.keys(room.state.participants);

describe('who is gone', () => {
  it.each(['ann', 'bob'])(
    'keeps %s, whose socket is gone, for as long as the node sees the media',
    (name) => {
      const room = twoKinds();
      media(room, name, 'connected');
      expect(lost(room, name)).toEqual([]);
      room.do({ type: 'wake' }, 24 * 3_600_000);
      expect(present(room)).toContain(`p-${name}`);
    },
  );

  it('believes the node that the media of a plain client has ended, and lets others come back for a time', () => {
    const room = twoKinds();
    for (const name of ['ann', 'bob']) {
      media(room, name, 'connected');
      lost(room, name);
    }
    room.do({ type: 'wake' }, 60_000);
    media(room, 'bob', 'disconnected');
    expect(present(room)).toEqual(['p-ann']);
    media(room, 'ann', 'disconnected');
    expect(nextWake(room.state)).toBe(room.now + TIMES.resumeGrace);
    room.do({ type: 'wake' }, TIMES.resumeGrace - 1);
    expect(present(room)).toEqual(['p-ann']);
    room.do({ type: 'wake' }, 1);
    expect(present(room)).toEqual([]);
  });

  it('believes a client that closed its media itself at once', () => {
    const room = twoKinds();
    media(room, 'ann', 'connected');
    lost(room, 'ann');
    expect(sentTo(media(room, 'ann', 'closed'), 'c-bob')).toMatchObject([
      { type: 'participant-left', participantId: 'p-ann', reason: 'connection-lost' },
    ]);
  });

  it('has no grace for a plain client that never had media: it cannot come back', () => {
    const room = twoKinds();
    lost(room, 'bob');
    expect(present(room)).toEqual(['p-ann']);
  });

  it('believes nobody dead while no node can tell: a deploy takes all sockets at once', () => {
    const room = twoKinds();
    for (const name of ['ann', 'bob']) media(room, name, 'connected');
    room.unlink();
    for (const name of ['ann', 'bob']) lost(room, name);
    room.do({ type: 'wake' }, TIMES.unknownGrace - 1);
    expect(present(room)).toEqual(['p-ann', 'p-bob']);
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    room.open('node-1', held);
    room.do({ type: 'wake' }, 3_600_000);
    expect(present(room), 'the node is back and sees their media').toEqual(['p-ann', 'p-bob']);
  });

  it.each(['none', 'disconnected'] as const)(
    'hears the node out when it is back before it believes an older word: media %s',
    (before) => {
      const room = twoKinds();
      for (const name of ['ann', 'bob']) {
        if (before !== 'none') media(room, name, 'connected');
        if (before !== 'none') media(room, name, before);
      }
      room.unlink();
      for (const name of ['ann', 'bob']) lost(room, name);
      room.do({ type: 'wake' }, TIMES.unknownGrace - 1);
      const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
      room.open('node-1', held);
      room.do({ type: 'wake' }, 1);
      expect(present(room), 'it tells of media a moment after its hello').toEqual(['p-ann', 'p-bob']);
      media(room, 'ann', 'connected');
      expect(nextWake(room.state)).toBeLessThanOrEqual(room.now + TIMES.retell);
      room.do({ type: 'wake' }, TIMES.retell);
      expect(present(room)).toEqual(['p-ann']);
    },
  );

  it('gives them up when no node comes to tell', () => {
    const room = twoKinds();
    media(room, 'ann', 'connected');
    room.unlink();
    lost(room, 'ann');
    room.do({ type: 'wake' }, TIMES.unknownGrace);
    expect(present(room)).toEqual(['p-bob']);
  });

  it('does not tell a plain client so on an older word, while the node cannot or has yet to tell a newer one', () => {
    const room = twoKinds();
    media(room, 'bob', 'connected');
    media(room, 'bob', 'disconnected');
    room.do({ type: 'wake' }, TIMES.mediaLost - 1);
    room.unlink();
    room.do({ type: 'wake' }, 1);
    expect(present(room)).toEqual(['p-ann', 'p-bob']);
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    room.open('node-1', held);
    room.do({ type: 'wake' }, TIMES.retell - 1);
    expect(present(room)).toEqual(['p-ann', 'p-bob']);
    expect(nextWake(room.state)).toBe(room.now + 1);
    room.do({ type: 'wake' }, 1);
    expect(present(room)).toEqual(['p-ann']);
  });

  it('tells a plain client whose media stays lost to join again; one that recovers is left to it', () => {
    const room = twoKinds();
    for (const name of ['ann', 'bob']) {
      media(room, name, 'connected');
      media(room, name, 'disconnected');
    }
    expect(nextWake(room.state)).toBe(room.state.sweptAt + TIMES.suspectSweep);
    const effects = room.do({ type: 'wake' }, TIMES.mediaLost);
    expect(sentTo(effects, 'c-bob')).toMatchObject([{ type: 'error', code: 'session_lost' }]);
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'disconnect', connectionId: 'c-bob', code: 'session_lost' }),
    );
    expect(present(room)).toEqual(['p-ann']);
  });
});

it('tells others again once in ten minutes, however often it sweeps', () => {
  const start = 7 * TIMES.sweep;
  const told = (interval: number) => {
    let count = 0;
    for (let at = start + interval; at <= start + TIMES.sweep; at += interval) {
      if (tellsAgain(at - interval, at)) count += 1;
    }
    return count;
  };
  expect([told(TIMES.sweep), told(TIMES.suspectSweep)]).toEqual([1, 1]);
});
