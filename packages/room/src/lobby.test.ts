import { describe, expect, it } from 'vitest';
import type { Effect } from './effects.ts';
import { keysNeeded } from './lobby.ts';
import { MAX_BANS, MAX_LOBBY, TIMES } from './state.ts';
import { joinCommand, MODERATOR, resumeKey, sentTo, TestRoom } from './testing.ts';
import { nextWake } from './wake.ts';

/** A room with a lobby that `mod` moderates. */
function withLobby(maxParticipants = 10): TestRoom {
  const room = new TestRoom({ lobby: true, maxParticipants });
  room.joinAs('mod', { grants: MODERATOR });
  return room;
}

const first = (effects: Effect[], name: string) => sentTo(effects, `c-${name}`)[0];
const last = (effects: Effect[], name: string) => sentTo(effects, `c-${name}`).at(-1);
const waiting = (room: TestRoom) => Object.keys(room.state.lobby);
const inside = (room: TestRoom) => Object.keys(room.state.participants);

describe('waiting', () => {
  it('is for everybody who does not moderate, and moderators see who waits', () => {
    const room = withLobby();
    const effects = room.joinAs('ann', { identity: 'a1', name: 'Ann' });
    expect(first(effects, 'ann')).toEqual({ type: 'waiting', roomId: 'room-1', participantId: 'p-ann' });
    const guest = { participantId: 'p-ann', name: 'Ann', identity: 'a1', since: room.now };
    expect(last(effects, 'mod')).toEqual({ type: 'lobby', roomId: 'room-1', waiting: [guest] });
    const later = room.joinAs('mod2', { grants: MODERATOR });
    expect(last(later, 'mod2')).toMatchObject({ type: 'joined', lobby: [guest] });
    expect(inside(room)).toEqual(['p-mod', 'p-mod2']);
    expect(
      room.log.map(({ event }) => event.type),
      'nobody else hears of it',
    ).toEqual(['participant-joined', 'participant-joined']);
  });

  it('is no place to speak from, only to go', () => {
    const room = withLobby();
    room.join('ann');
    for (const message of [
      { type: 'chat', text: 'let me in' },
      { type: 'offer', sdp: 'v=0' },
      { type: 'rename', name: 'The chair' },
      { type: 'moderate', request: { action: 'admit', participantId: 'p-ann' } },
    ] as const) {
      expect(room.say('ann', message)).toMatchObject([
        { connectionId: 'c-ann', message: { code: 'join_required', requestType: message.type } },
      ]);
    }
    expect(room.join('ann')).toMatchObject([{ message: { code: 'already_joined' } }]);
    expect(waiting(room)).toEqual(['p-ann']);
    expect(room.say('ann', { type: 'leave' })).toMatchObject([
      { connectionId: 'c-mod', message: { type: 'lobby', waiting: [] } },
      { type: 'disconnect', connectionId: 'c-ann' },
    ]);
  });

  it('ends with the socket, and frees its address’s place', () => {
    const room = withLobby();
    room.joinAs('ann', {}, '192.0.2.1');
    expect(room.do({ type: 'connection-closed', connectionId: 'c-ann' })).toMatchObject([
      { type: 'free-place', participantId: 'p-ann', address: '192.0.2.1' },
      { connectionId: 'c-mod', message: { type: 'lobby', waiting: [] } },
    ]);
  });

  it('is once for an identity: who comes again takes its older place', () => {
    const room = withLobby();
    room.joinAs('ann', { identity: 'a1' });
    const effects = room.joinAs('ann2', { identity: 'a1' });
    expect(first(effects, 'ann')).toMatchObject({ code: 'identity_replaced', requestType: 'join' });
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'disconnect', connectionId: 'c-ann', code: 'identity_replaced' }),
    );
    expect(waiting(room)).toEqual(['p-ann2']);
  });

  it('is not for an identity that is in the room: it takes its older self’s place', () => {
    const room = withLobby();
    room.joinAs('ann', { identity: 'a1' });
    room.moderate('mod', { action: 'admit', participantId: 'p-ann' }, ['ann']);
    expect(last(room.joinAs('ann2', { identity: 'a1' }), 'ann2')).toMatchObject({ type: 'joined' });
    expect(inside(room)).toEqual(['p-mod', 'p-ann2']);
  });

  it('has an end when too many wait', () => {
    const room = withLobby();
    for (let i = 0; i < MAX_LOBBY; i++) room.joinAs(`g${i}`, { identity: `g${i}` });
    const effects = room.join('late');
    expect(first(effects, 'late')).toMatchObject({ code: 'lobby_full' });
    expect(effects.at(-1)).toMatchObject({ type: 'disconnect', code: 'lobby_full' });
    expect(first(room.joinAs('again', { identity: 'g5' }), 'again')).toMatchObject({ type: 'waiting' });
    expect(waiting(room)).toHaveLength(MAX_LOBBY);
  });

  it('keeps no secret, and a full room of everything still fits one row', () => {
    const room = withLobby(100);
    const worst = '\u{1F389}'.repeat(50);
    const identity = (i: number) => `${i}${'\u{1F389}'.repeat(60)}`;
    for (let i = 0; i < MAX_LOBBY; i++) {
      const command = joinCommand(`g${i}`, `c-${i}`, { token: 't'.repeat(4000), participantName: worst });
      const access = { identity: identity(i), name: worst, grants: MODERATOR };
      room.do({ ...command, access: { ...access, grants: { ...MODERATOR, moderate: false } } });
    }
    for (let i = 0; i < MAX_BANS; i++) {
      const banId = crypto.randomUUID();
      room.state.bans[banId] = { banId, name: worst, identity: identity(i), until: room.now + 1e9 };
    }
    const text = JSON.stringify(room.state);
    expect(text).not.toContain('tttt');
    // A value of SQLite’s may have 2 MB; a third of that is for requests that wait, and as much for tracks.
    expect(Buffer.byteLength(text, 'utf16le')).toBeLessThan(1_000_000);
  });
});

describe('a moderator', () => {
  it('admits: who waited is in the room, can come back, and has a session', () => {
    const room = withLobby();
    room.link();
    room.joinAs('ann', { name: 'Ann' }, '192.0.2.1');
    const effects = room.moderate('mod', { action: 'admit', participantId: 'p-ann' }, ['ann']);
    const joined = sentTo(effects, 'c-ann').find(({ type }) => type === 'joined');
    expect(joined).toMatchObject({ participantId: 'p-ann', resumeSecret: 'secret-ann' });
    expect(sentTo(effects, 'c-mod').map(({ type }) => type)).toEqual([
      'moderated',
      'participant-joined',
      'lobby',
    ]);
    expect(effects).toContainEqual(expect.objectContaining({ type: 'open-session', participantId: 'p-ann' }));
    expect(
      effects.some(({ type }) => type === 'free-place'),
      'it keeps its place',
    ).toBe(false);
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 3 };
    const back = room.do(joinCommand('x', 'c-x', { resume }));
    expect(first(back, 'x')).toMatchObject({ type: 'resumed', participantId: 'p-ann' });
  });

  it('over the API too', () => {
    const room = withLobby();
    room.join('ann');
    const request = { action: 'admit', participantId: 'p-ann' } as const;
    room.do({ type: 'moderate', by: { type: 'api' }, request, resumeKeys: [resumeKey('ann')] });
    expect(inside(room)).toEqual(['p-mod', 'p-ann']);
  });

  it('denies: who waited is told and goes', () => {
    const room = withLobby();
    room.join('ann');
    const effects = room.moderate('mod', { action: 'deny', participantId: 'p-ann' });
    expect(last(effects, 'ann')).toMatchObject({ code: 'lobby_denied', requestType: 'join' });
    expect(effects.at(-1)).toMatchObject({ type: 'disconnect', connectionId: 'c-ann', code: 'lobby_denied' });
    expect(waiting(room)).toEqual([]);
  });

  it('admits nobody into a full room, but whose older self is in it', () => {
    const room = withLobby(2);
    room.join('bob');
    room.joinAs('ann', { identity: 'a1' });
    room.moderate('mod', { action: 'admit', participantId: 'p-ann' }, ['ann']);
    expect(room.moderate('mod', { action: 'admit', participantId: 'p-bob' }, ['bob'])).toMatchObject([
      { message: { code: 'room_full', requestType: 'moderate' } },
    ]);
    expect(waiting(room)).toEqual(['p-bob']);
  });

  it('admits somebody whose socket is gone: it leaves as anybody without one does', () => {
    const room = withLobby();
    room.join('ann', { recovers: true });
    room.moderate('mod', { action: 'admit', participantId: 'p-ann' }, ['ann']);
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    expect(inside(room)).toEqual(['p-mod', 'p-ann']);
    room.do({ type: 'wake' }, TIMES.resumeGrace);
    expect(inside(room)).toEqual(['p-mod']);
  });

  it('who lost its moderator’s grant hears no more of the lobby', () => {
    const room = withLobby();
    const taken = { action: 'set-grants', participantId: 'p-mod', grants: { moderate: false } } as const;
    room.moderate('mod', taken);
    expect(sentTo(room.join('ann'), 'c-mod')).toEqual([]);
  });
});

describe('without the lobby from now on', () => {
  it('all who wait come in, oldest first, and who does not fit is told so', () => {
    const room = withLobby(2);
    room.join('ann');
    room.join('bob');
    expect(keysNeeded({ action: 'set-lobby', lobby: false })).toBe(MAX_LOBBY);
    const effects = room.moderate('mod', { action: 'set-lobby', lobby: false }, ['ann', 'bob']);
    expect(inside(room)).toEqual(['p-mod', 'p-ann']);
    const joined = sentTo(effects, 'c-ann').find(({ type }) => type === 'joined');
    expect(joined).toMatchObject({ room: { lobby: false }, resumeSecret: 'secret-ann' });
    expect(last(effects, 'bob')).toMatchObject({ code: 'room_full', requestType: 'join' });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'disconnect', connectionId: 'c-bob' }));
    expect(waiting(room)).toEqual([]);
    expect(last(effects, 'mod')).toMatchObject({ type: 'lobby', waiting: [] });
  });

  it('those of a locked room are turned away, and over the API a greater room takes more', () => {
    const room = withLobby(1);
    room.join('ann');
    const change = { lobby: false, maxParticipants: 2 };
    room.do({ type: 'update', by: { type: 'api' }, change, resumeKeys: [resumeKey('ann')] });
    expect(inside(room)).toEqual(['p-mod', 'p-ann']);
    const locked = withLobby();
    locked.join('ann');
    locked.moderate('mod', { action: 'lock', locked: true });
    const effects = locked.moderate('mod', { action: 'set-lobby', lobby: false }, ['ann']);
    expect(last(effects, 'ann')).toMatchObject({ code: 'room_locked' });
  });
});

describe('the room', () => {
  it('that is closed sends those who wait away', () => {
    const room = withLobby();
    room.joinAs('ann', {}, '192.0.2.1');
    const effects = room.do({ type: 'delete' });
    expect(first(effects, 'ann')).toMatchObject({ code: 'room_closed', requestType: 'join' });
    expect(effects).toContainEqual({ type: 'free-place', participantId: 'p-ann', address: '192.0.2.1' });
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'disconnect', connectionId: 'c-ann', code: 'room_closed' }),
    );
    expect(room.state.lobby).toEqual({});
  });

  it('stays while somebody waits, else it would be made anew without a lobby', () => {
    const room = new TestRoom({ lobby: true, idleTimeout: 60_000 });
    room.join('ann');
    room.do({ type: 'wake' }, 120_000);
    expect(room.state.phase).toBe('open');
    expect(nextWake(room.state)).toBeGreaterThan(room.now);
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    expect(nextWake(room.state)).toBe(room.now + 60_000);
    room.do({ type: 'wake' }, 60_000);
    expect(room.state.phase).toBe('closed');
  });
});
