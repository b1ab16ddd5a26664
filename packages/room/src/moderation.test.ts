import type { ModerationAction } from '@parley/protocol/moderation';
import { describe, expect, it } from 'vitest';
import type { Effect } from './effects.ts';
import { MAX_BANS, TIMES } from './state.ts';
import { camera, joinCommand, MODERATOR, sentTo, TestRoom } from './testing.ts';
import { details } from './views.ts';

/** A room that `mod` moderates, in which `ann` is; both have sessions on a node. */
function moderated(): TestRoom {
  const room = new TestRoom({ maxParticipants: 10 });
  room.joinAs('mod', { grants: MODERATOR });
  room.join('ann', { recovers: true });
  room.link();
  return room;
}

const rejected = (effects: Effect[], name: string) => sentTo(effects, `c-${name}`)[0];
const toNode = (effects: Effect[], type: string) =>
  effects.flatMap((effect) =>
    effect.type === 'link-send' && effect.message.type === type ? [effect.message] : [],
  );
const logged = (room: TestRoom) => room.log.map(({ event }) => event);
const grants = (change: Extract<ModerationAction, { action: 'set-grants' }>['grants'], name = 'ann') =>
  ({ action: 'set-grants', participantId: `p-${name}`, grants: change }) as const;

describe('who may moderate', () => {
  it('is refused without the grant, and told so', () => {
    const room = moderated();
    const effects = room.moderate('ann', { action: 'kick', participantId: 'p-mod' });
    expect(effects).toMatchObject([
      { connectionId: 'c-ann', message: { code: 'forbidden', requestType: 'moderate' } },
    ]);
    expect(Object.keys(room.state.participants)).toEqual(['p-mod', 'p-ann']);
  });

  it.each<[ModerationAction, string]>([
    [{ action: 'kick', participantId: '__proto__' }, 'participant_not_found'],
    [{ action: 'mute', participantId: 'p-ann', trackId: 't' }, 'track_not_found'],
    [{ action: 'rename', participantId: 'p-nobody', name: 'x' }, 'participant_not_found'],
    [{ action: 'unban', banId: 'constructor' }, 'ban_not_found'],
    [{ action: 'admit', participantId: 'toString' }, 'participant_not_found'],
    [{ action: 'deny', participantId: 'p-ann' }, 'participant_not_found'],
  ])('is told what is wrong with %o', (request, code) => {
    const room = moderated();
    expect(room.moderate('mod', request)).toMatchObject([
      { connectionId: 'c-mod', message: { code, requestType: 'moderate' } },
    ]);
    expect(logged(room).some(({ type }) => type === 'moderated')).toBe(false);
  });

  it('leaves its name in the log, for everybody to see', () => {
    const room = moderated();
    const request = { action: 'lock', locked: true } as const;
    const effects = room.moderate('mod', request);
    const by = { type: 'participant', participantId: 'p-mod', name: 'mod' };
    for (const who of ['mod', 'ann']) {
      expect(rejected(effects, who)).toMatchObject({ type: 'moderated', by, request, at: room.now });
    }
    expect(logged(room).at(-1)).toMatchObject({ type: 'room-updated', locked: true });
  });

  it('may be the API too', () => {
    const room = moderated();
    const by = { type: 'api', name: 'key-1' } as const;
    room.do({ type: 'moderate', by, request: { action: 'kick', participantId: 'p-ann' } });
    expect(logged(room).at(-2)).toMatchObject({ type: 'moderated', by });
    expect(logged(room).at(-1)).toMatchObject({ type: 'participant-left', reason: 'kicked' });
  });
});

describe('kick', () => {
  it('tells whom, closes its session and its socket, and its secret is worth nothing', () => {
    const room = moderated();
    const effects = room.moderate('mod', { action: 'kick', participantId: 'p-ann' });
    expect(sentTo(effects, 'c-ann').at(-1)).toMatchObject({ type: 'error', code: 'kicked' });
    expect(toNode(effects, 'close-session')).toMatchObject([{ participantId: 'p-ann', session: 1 }]);
    expect(effects.at(-1)).toMatchObject({ type: 'disconnect', connectionId: 'c-ann', code: 'kicked' });
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 0 };
    const again = room.do({ ...joinCommand('new', 'c-new', { resume }), shownHash: 'hash of secret-ann' });
    expect(rejected(again, 'new')).toMatchObject({
      type: 'joined',
      participantId: 'p-new',
      resumed: false,
    });
  });

  it('has the node end the session when its link is back', () => {
    const room = moderated();
    room.unlink();
    room.moderate('mod', { action: 'kick', participantId: 'p-ann' });
    const effects = room.open('node-1', [{ participantId: 'p-ann', session: 1, tracks: [] }]);
    expect(toNode(effects, 'close-session')).toMatchObject([{ participantId: 'p-ann' }]);
  });
});

describe('bans', () => {
  const banned = { action: 'kick', participantId: 'p-ann', banSeconds: 60 } as const;

  it('keep out an identity wherever it comes from, and nobody else', () => {
    const room = new TestRoom();
    room.joinAs('mod', { grants: MODERATOR });
    room.joinAs('ann', { identity: 'ann@example.com' }, '192.0.2.1');
    expect(room.moderate('mod', banned).at(-1)).toMatchObject({ type: 'disconnect', code: 'banned' });
    const again = room.joinAs('ann2', { identity: 'ann@example.com', grants: MODERATOR }, '192.0.2.9');
    expect(rejected(again, 'ann2')).toMatchObject({ code: 'banned' });
    expect(rejected(room.joinAs('bob', { identity: 'bob' }, '192.0.2.1'), 'bob')).toMatchObject({
      type: 'joined',
    });
  });

  it('keep out an address where there is no identity, but nobody who moderates from there', () => {
    const room = new TestRoom();
    room.joinAs('mod', { grants: MODERATOR }, '192.0.2.1');
    room.joinAs('ann', {}, '192.0.2.1');
    room.moderate('mod', banned);
    expect(rejected(room.joinAs('bob', { identity: 'bob' }, '192.0.2.1'), 'bob')).toMatchObject({
      code: 'banned',
    });
    expect(rejected(room.joinAs('eve', {}), 'eve'), 'nobody knows its address').toMatchObject({
      type: 'joined',
    });
    const moderator = room.joinAs('mod2', { grants: MODERATOR }, '192.0.2.1');
    expect(rejected(moderator, 'mod2')).toMatchObject({ type: 'joined' });
  });

  it('keep out nobody of whom nothing is known: it is removed, and not told that it is banned', () => {
    const room = moderated();
    expect(room.moderate('mod', banned).at(-1)).toMatchObject({ type: 'disconnect', code: 'kicked' });
    expect(room.state.bans).toEqual({});
  });

  it('end by time and by unban, and are forgotten then', () => {
    const room = new TestRoom();
    room.joinAs('mod', { grants: MODERATOR });
    room.joinAs('ann', { identity: 'ann' });
    room.joinAs('bob', { identity: 'bob' });
    room.moderate('mod', banned);
    room.moderate('mod', { ...banned, participantId: 'p-bob' });
    room.moderate('mod', { action: 'unban', banId: 'p-bob' });
    expect(rejected(room.joinAs('bob2', { identity: 'bob' }), 'bob2')).toMatchObject({ type: 'joined' });
    room.now += 59_999;
    expect(rejected(room.joinAs('ann2', { identity: 'ann' }), 'ann2')).toMatchObject({ code: 'banned' });
    room.now += 1;
    expect(rejected(room.joinAs('ann3', { identity: 'ann' }), 'ann3')).toMatchObject({ type: 'joined' });
    expect(Object.keys(room.state.bans), 'nobody has looked yet').toEqual(['p-ann']);
    room.do({ type: 'wake' }, TIMES.sweep);
    expect(room.state.bans).toEqual({});
  });

  it('are so many at the most, of which the one goes that ends first', () => {
    const room = moderated();
    const { bans } = room.state;
    for (let i = 0; i < MAX_BANS; i++) {
      bans[`b${i}`] = { banId: `b${i}`, name: 'x', identity: `i${i}`, until: room.now + 1e6 + i };
    }
    room.joinAs('bob', { identity: 'bob' });
    room.moderate('mod', { ...banned, participantId: 'p-bob', banSeconds: 1e6 });
    expect(Object.keys(room.state.bans)).toHaveLength(MAX_BANS);
    expect(room.state.bans).toHaveProperty('p-bob');
    expect(room.state.bans).not.toHaveProperty('b0');
  });
});

describe('mute', () => {
  const mute = { action: 'mute', participantId: 'p-ann', trackId: 't' } as const;

  it('mutes for everybody and on the node; the participant may unmute itself', () => {
    const room = moderated();
    room.report('ann', { type: 'track-published', track: camera('t') });
    const effects = room.moderate('mod', mute);
    expect(toNode(effects, 'set-muted')).toMatchObject([{ trackId: 't', muted: true }]);
    expect(sentTo(effects, 'c-ann').map(({ type }) => type)).toEqual(['moderated', 'track-muted']);
    expect(toNode(room.say('ann', { type: 'mute', trackId: 't', muted: false }), 'set-muted')).toMatchObject([
      { muted: false },
    ]);
  });

  it('reaches a node that is away when it is back', () => {
    const room = moderated();
    room.report('ann', { type: 'track-published', track: camera('t') });
    room.unlink();
    room.do({ type: 'moderate', by: { type: 'api' }, request: mute });
    expect(room.state.participants['p-ann']?.tracks).toMatchObject([{ muted: true }]);
    const held = { participantId: 'p-ann', session: 1, tracks: [camera('t')] };
    expect(toNode(room.open('node-1', [held]), 'set-muted')).toMatchObject([{ trackId: 't', muted: true }]);
  });
});

describe('names', () => {
  it('are the participant’s to change, unless they came with its token', () => {
    const room = moderated();
    room.joinAs('bob', { name: 'Bob B.' });
    expect(room.say('ann', { type: 'rename', name: 'Ann' })).toMatchObject([
      {
        connectionId: 'c-mod',
        message: { type: 'participant-renamed', participantId: 'p-ann', name: 'Ann' },
      },
      { connectionId: 'c-ann' },
      { connectionId: 'c-bob' },
    ]);
    expect(room.say('bob', { type: 'rename', name: 'Boss' })).toMatchObject([
      { connectionId: 'c-bob', message: { code: 'forbidden', requestType: 'rename' } },
    ]);
    expect(room.state.participants['p-bob']?.name).toBe('Bob B.');
  });

  it('that a moderator gave stay; who moderates may change its own', () => {
    const room = moderated();
    room.joinAs('boss', { name: 'Boss', grants: MODERATOR });
    room.moderate('mod', { action: 'rename', participantId: 'p-ann', name: 'Guest' });
    expect(room.say('ann', { type: 'rename', name: 'Rude' })).toMatchObject([
      { message: { code: 'forbidden' } },
    ]);
    room.say('boss', { type: 'rename', name: 'Chair' });
    room.moderate('mod', { action: 'rename', participantId: 'p-mod', name: 'Host' });
    room.moderate('mod', grants({ moderate: false }, 'mod'));
    room.say('mod', { type: 'rename', name: 'Ex-host' });
    const names = Object.values(room.state.participants).map(({ name }) => name);
    expect(names).toEqual(['Ex-host', 'Guest', 'Chair']);
  });
});

describe('grants', () => {
  it('change for the participant and on its node; what is absent stays', () => {
    const room = moderated();
    const effects = room.moderate('mod', grants({ publish: ['microphone'], maxBitrate: 1000 }));
    const changed = { publish: ['microphone'], maxBitrate: 1000, subscribe: true, moderate: false };
    expect(sentTo(effects, 'c-ann').at(-1)).toMatchObject({ type: 'grants-changed', grants: changed });
    expect(toNode(effects, 'set-grants')).toMatchObject([
      { participantId: 'p-ann', session: 1, grants: changed },
    ]);
  });

  it('reach a session that was opened with an older ticket of the client’s own', () => {
    const room = new TestRoom();
    room.joinAs('mod', { grants: MODERATOR });
    room.join('ann', { recovers: true, direct: true });
    room.do({ type: 'placed', nodeId: 'node-1' });
    const opened = room.open('node-1', [], 'wss://node.example');
    expect(opened).toContainEqual(
      expect.objectContaining({ type: 'open-session', carrier: expect.objectContaining({ type: 'direct' }) }),
    );
    room.moderate('mod', grants({ subscribe: false }));
    expect(toNode(room.report('ann', { type: 'session-opened' }), 'set-grants')).toMatchObject([
      { participantId: 'p-ann', session: 1, grants: { subscribe: false } },
    ]);
    expect(room.report('mod', { type: 'session-opened' }), 'nothing new of others').toEqual([]);
  });

  it('reach a node that was away, and tickets of later sessions', () => {
    const room = moderated();
    room.unlink();
    room.moderate('mod', grants({ publish: [] }));
    const held = { participantId: 'p-ann', session: 1, tracks: [] };
    expect(toNode(room.open('node-1', [held]), 'set-grants')).toMatchObject([{ grants: { publish: [] } }]);
    const effects = room.report('ann', { type: 'session-closed', code: 'internal', message: 'gone' });
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: 'open-session',
        session: 2,
        grants: expect.objectContaining({ publish: [] }),
      }),
    );
  });

  it('that changed while a participant was away are told when it is back', () => {
    const room = moderated();
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    room.moderate('mod', grants({ data: false, moderate: true }));
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 2 };
    const effects = room.do(joinCommand('x', 'c-ann', { recovers: true, resume }));
    expect(effects.map(({ type }) => type).slice(0, 4), 'after what it missed').toEqual([
      'send',
      'replay',
      'send',
      'send',
    ]);
    expect(sentTo(effects, 'c-ann').slice(0, 3)).toMatchObject([
      { type: 'resumed' },
      { type: 'grants-changed', grants: { data: false, moderate: true } },
      { type: 'lobby', waiting: [] },
    ]);
  });

  it('to send chat are the room’s to enforce', () => {
    const room = moderated();
    room.moderate('mod', grants({ data: false }));
    expect(room.say('ann', { type: 'chat', text: 'hi' })).toMatchObject([{ message: { code: 'forbidden' } }]);
    room.moderate('mod', grants({ data: true }));
    expect(rejected(room.say('ann', { type: 'chat', text: 'hi' }), 'mod')).toMatchObject({ type: 'chat' });
  });

  it('to moderate may be given, and taken from oneself', () => {
    const room = moderated();
    const given = room.moderate('mod', grants({ moderate: true }));
    expect(sentTo(given, 'c-ann').map(({ type }) => type)).toEqual([
      'moderated',
      'grants-changed',
      'moderator-changed',
      'lobby',
    ]);
    room.moderate('mod', grants({ moderate: false }, 'mod'));
    expect(room.moderate('mod', grants({ moderate: true }, 'mod'))).toMatchObject([
      { message: { code: 'forbidden' } },
    ]);
    expect(logged(room).at(-1)).toMatchObject({ type: 'moderator-changed', moderator: false });
  });

  it('to record are not for who has none to give', () => {
    const room = new TestRoom();
    room.joinAs('mod', { grants: { ...MODERATOR, record: false } });
    expect(room.moderate('mod', grants({ record: true }, 'mod'))).toMatchObject([
      { message: { code: 'forbidden', requestType: 'moderate' } },
    ]);
    expect(room.moderate('mod', grants({ record: false }, 'mod'))).not.toMatchObject([
      { message: { code: 'forbidden' } },
    ]);
  });
});

describe('the room’s settings', () => {
  it('are told to everybody when they change', () => {
    const room = moderated();
    const change = { name: 'Renamed', metadata: { topic: 'x' }, maxParticipants: 1, locked: true };
    room.do({ type: 'update', by: { type: 'api' }, change });
    expect(logged(room).at(-1)).toMatchObject({ type: 'room-updated', ...change, lobby: false });
    expect(Object.keys(room.state.participants), 'who is in it stays').toHaveLength(2);
  });

  it('tell nodes of their media options, those that come later too', () => {
    const room = moderated();
    const media = { maxBitrate: 500_000, forward: { loudest: 4 } };
    const effects = room.do({ type: 'update', by: { type: 'api' }, change: { media } });
    expect(toNode(effects, 'set-room-media')).toEqual([{ type: 'set-room-media', media }]);
    expect(details(room.state).media).toEqual(media);
    room.unlink();
    expect(room.open().find(({ type }) => type === 'welcome')).toMatchObject({ media });
  });

  it('locked, let in nobody new but who moderates; who is in it comes back', () => {
    const room = moderated();
    room.joinAs('bob', { identity: 'bob' });
    room.moderate('mod', { action: 'lock', locked: true });
    expect(rejected(room.join('cyd'), 'cyd')).toMatchObject({ code: 'room_locked' });
    expect(rejected(room.joinAs('mod2', { grants: MODERATOR }), 'mod2')).toMatchObject({ type: 'joined' });
    expect(rejected(room.joinAs('bob2', { identity: 'bob' }), 'bob2')).toMatchObject({ type: 'joined' });
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 2 };
    expect(rejected(room.do(joinCommand('x', 'c-x', { resume })), 'x')).toMatchObject({ type: 'resumed' });
  });
});
