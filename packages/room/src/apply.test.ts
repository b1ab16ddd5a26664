import { describe, expect, it } from 'vitest';
import { isCurrent } from './links.ts';
import { TIMES } from './state.ts';
import { camera, sentTo, TestRoom } from './testing.ts';
import { nextWake } from './wake.ts';

const types = (effects: { type: string }[]) => effects.map((effect) => effect.type);

describe('join', () => {
  it('lets the first in and looks for a node at once', () => {
    const room = new TestRoom();
    const effects = room.join('ann');
    expect(types(effects)).toEqual(['send', 'place']);
    expect(sentTo(effects, 'c-ann')[0]).toMatchObject({
      type: 'joined',
      participantId: 'p-ann',
      participants: [],
    });
  });

  it('shows everybody who is there, and shows the newcomer to them', () => {
    const room = new TestRoom();
    room.join('ann');
    const effects = room.join('bob');
    expect(sentTo(effects, 'c-bob')[0]).toMatchObject({ participants: [{ participantId: 'p-ann' }] });
    expect(sentTo(effects, 'c-ann')).toMatchObject([
      { type: 'participant-joined', participant: { name: 'bob' } },
    ]);
    expect(types(effects)).not.toContain('place');
  });

  it.each([
    ['a full room', { maxParticipants: 1 }, {}, 'room_full'],
    ['another room', {}, { roomId: 'room-2' }, 'wrong_room'],
    ['a version from the future', {}, { version: 99 }, 'unsupported_version'],
  ])('refuses %s and closes the socket with the code', (_, settings, request, code) => {
    const room = new TestRoom(settings);
    room.join('ann');
    const effects = room.join('bob', request);
    expect(sentTo(effects, 'c-bob')).toMatchObject([{ type: 'error', code, requestType: 'join' }]);
    expect(effects[1]).toMatchObject({ type: 'disconnect', connectionId: 'c-bob', code });
    expect(Object.keys(room.state.participants)).toEqual(['p-ann']);
  });

  it('refuses a second join on one socket and keeps the first', () => {
    const room = new TestRoom();
    room.join('ann');
    const effects = room.join('ann', { participantName: 'eve' });
    expect(effects).toMatchObject([{ type: 'send', message: { code: 'already_joined' } }]);
    expect(room.state.participants['p-ann']?.name).toBe('ann');
  });
});

describe('client messages', () => {
  it('asks for join first', () => {
    const effects = new TestRoom().do({
      type: 'client-message',
      connectionId: 'c-x',
      message: { type: 'leave' },
    });
    expect(effects).toMatchObject([{ message: { code: 'join_required', requestType: 'leave' } }]);
  });

  it('refuses another room’s id on a joined socket', () => {
    const room = new TestRoom();
    room.join('ann');
    room.link();
    const message = { type: 'offer', roomId: 'room-2', sdp: 'v=0' } as const;
    const effects = room.do({ type: 'client-message', connectionId: 'c-ann', message });
    expect(effects).toMatchObject([{ message: { code: 'wrong_room', requestType: 'offer' } }]);
  });

  it('keeps what comes before the node does, and passes it on behind the ticket', () => {
    const room = new TestRoom();
    room.join('ann');
    const message = { type: 'offer', sdp: 'v=0' } as const;
    expect(room.do({ type: 'client-message', connectionId: 'c-ann', message })).toEqual([]);
    room.do({ type: 'placed', nodeId: 'n' });
    const effects = room.open('n');
    expect(types(effects)).toEqual(['welcome', 'open-session', 'link-send']);
    expect(effects[2]).toMatchObject({
      message: { type: 'session-request', participantId: 'p-ann', message },
    });
  });

  it('keeps no more than fits the storage, in the worst of encodings', () => {
    const room = new TestRoom({ maxParticipants: 100 });
    const message = { type: 'offer', offerId: 'o', sdp: '\u0001'.repeat(20_000) } as const;
    const refused = [];
    for (let i = 0; i < 20; i++) {
      room.join(`p${i}`);
      for (let n = 0; n < 5; n++) {
        refused.push(...room.do({ type: 'client-message', connectionId: `c-p${i}`, message }));
      }
    }
    expect(JSON.stringify(room.state).length).toBeLessThan(400 * 1024);
    expect(refused[0]).toMatchObject({
      message: { code: 'media_unavailable', requestType: 'offer', offerId: 'o' },
    });
  });

  it('says what to do when the node has ended the session, and begins another with the next offer', () => {
    const room = new TestRoom();
    room.join('ann');
    room.link();
    // The second time it is not opened again at once.
    room.report('ann', { type: 'session-closed', code: 'internal', message: 'gone' });
    room.report('ann', { type: 'session-closed', code: 'internal', message: 'gone' });
    expect(room.say('ann', { type: 'update-quality', quality: 'low' })).toMatchObject([
      { message: { code: 'media_unavailable' } },
    ]);
    expect(room.say('ann', { type: 'offer', sdp: 'v=0' }), 'it waits for the pause to be over').toEqual([]);
    expect(types(room.do({ type: 'wake' }, TIMES.reopenFirst))).toEqual(['open-session', 'link-send']);
  });

  it('mutes own tracks only, tells everybody and the node', () => {
    const room = new TestRoom();
    room.join('ann');
    room.join('bob');
    room.link();
    room.report('ann', { type: 'track-published', track: camera('t') });
    const mute = { type: 'mute', trackId: 't', muted: true } as const;
    expect(room.do({ type: 'client-message', connectionId: 'c-bob', message: mute })).toMatchObject([
      { connectionId: 'c-bob', message: { code: 'track_not_found' } },
    ]);
    const effects = room.do({ type: 'client-message', connectionId: 'c-ann', message: mute });
    expect(effects[0]).toMatchObject({
      type: 'link-send',
      message: { type: 'set-muted', trackId: 't', muted: true },
    });
    expect(sentTo(effects, 'c-bob')).toMatchObject([
      { type: 'track-muted', participantId: 'p-ann', muted: true },
    ]);
    expect(room.do({ type: 'client-message', connectionId: 'c-ann', message: mute })).toEqual([]);
  });
});

describe('who is gone', () => {
  it('believes a goodbye at once', () => {
    const room = new TestRoom();
    room.join('ann');
    room.join('bob');
    room.link();
    const effects = room.do({ type: 'client-message', connectionId: 'c-ann', message: { type: 'leave' } });
    expect(effects).toMatchObject([
      { type: 'link-send', message: { type: 'close-session', participantId: 'p-ann' } },
      { type: 'send', connectionId: 'c-bob', message: { type: 'participant-left', reason: 'left' } },
      { type: 'disconnect', connectionId: 'c-ann' },
    ]);
  });
});

describe('placement', () => {
  it('gives each (room, node) pair a new epoch and fences the old', () => {
    const room = new TestRoom();
    room.join('ann');
    const first = room.link();
    room.unlink();
    expect(types(room.do({ type: 'wake' }, TIMES.linkLost))).toEqual(['place']);
    const second = room.link();
    expect(second).toBeGreaterThan(first);
    expect(isCurrent(room.state, 'node-1', first)).toBe(false);
    const report = {
      type: 'track-published',
      participantId: 'p-ann',
      session: room.state.participants['p-ann']?.session ?? 0,
      track: camera('t'),
    } as const;
    expect(room.do({ type: 'link-report', nodeId: 'node-1', epoch: first, report })).toEqual([]);
    expect(room.state.participants['p-ann']?.tracks).toEqual([]);
  });

  it('tells once that there is no node, and asks again with a growing pause', () => {
    const room = new TestRoom();
    room.join('ann');
    expect(sentTo(room.do({ type: 'placement-failed' }), 'c-ann')).toMatchObject([
      { code: 'media_unavailable' },
    ]);
    expect(room.do({ type: 'wake' }, TIMES.retryFirst)).toEqual([{ type: 'place', exclude: [] }]);
    expect(room.do({ type: 'placement-failed' })).toEqual([]);
    expect(room.do({ type: 'wake' }, TIMES.retryFirst)).toEqual([]);
    expect(types(room.do({ type: 'wake' }, TIMES.retryFirst))).toEqual(['place']);
  });

  it('tells whoever comes later too, until a node is there', () => {
    const room = new TestRoom();
    room.join('ann');
    room.do({ type: 'placement-failed' });
    expect(sentTo(room.join('bob'), 'c-bob')[1]).toMatchObject({ code: 'media_unavailable' });
    room.do({ type: 'wake' }, TIMES.retryFirst);
    expect(sentTo(room.join('cyd'), 'c-cyd')[1]).toMatchObject({ code: 'media_unavailable' });
    room.link();
    expect(sentTo(room.join('dan'), 'c-dan')).toHaveLength(1);
  });

  it('tells when the only node does not come', () => {
    const room = new TestRoom();
    room.join('ann');
    room.do({ type: 'placed', nodeId: 'node-1' });
    expect(sentTo(room.do({ type: 'wake' }, TIMES.linkOpen), 'c-ann')).toMatchObject([
      { code: 'media_unavailable' },
    ]);
  });

  it('asks again a moment after an assignment could not be delivered', () => {
    const room = new TestRoom();
    room.join('ann');
    room.do({ type: 'placed', nodeId: 'node-1' });
    const epoch = room.state.lastEpoch;
    room.do({ type: 'assign-failed', nodeId: 'node-1', epoch: epoch - 1 });
    expect(room.state.assignments['node-1'], 'an old failure changes nothing').toBeDefined();
    room.do({ type: 'assign-failed', nodeId: 'node-1', epoch });
    expect(types(room.do({ type: 'wake' }, TIMES.retryFirst))).toEqual(['place']);
    expect(room.link('node-1')).toBeGreaterThan(epoch);
  });

  it('is woken now and then while it is open, to miss what nobody reported', () => {
    const room = new TestRoom();
    room.join('ann');
    room.link();
    expect(nextWake(room.state)).toBe(room.now + TIMES.sweep);
    room.do({ type: 'wake' }, TIMES.sweep);
    expect(nextWake(room.state)).toBe(room.now + TIMES.sweep);
  });

  it('looks for another node when the chosen one does not come', () => {
    const room = new TestRoom();
    room.join('ann');
    room.do({ type: 'placed', nodeId: 'node-1' });
    expect(room.do({ type: 'wake' }, TIMES.linkOpen)).toContainEqual({ type: 'place', exclude: ['node-1'] });
  });

  it('does not fence a node that comes back in time, and reconciles what it holds', () => {
    const room = new TestRoom();
    room.join('ann');
    room.join('bob');
    const epoch = room.link();
    room.report('ann', { type: 'track-published', track: camera('t1') });
    room.unlink();
    room.say('bob', { type: 'leave' });
    const sessions = [
      { participantId: 'p-ann', session: 1, tracks: [camera('t2')] },
      { participantId: 'p-bob', session: 1, tracks: [] },
    ];
    const effects = room.open('node-1', sessions);
    expect(effects).toMatchObject([
      { type: 'welcome', epoch },
      { type: 'link-send', message: { type: 'close-session', participantId: 'p-bob' } },
    ]);
    expect(room.state.participants['p-ann']?.tracks.map((t) => t.trackId)).toEqual(['t2']);
  });

  it('gives the node of an empty room back, and closes the room after its idle time', () => {
    const room = new TestRoom({ idleTimeout: 60_000 });
    room.join('ann');
    room.link();
    room.do({ type: 'client-message', connectionId: 'c-ann', message: { type: 'leave' } });
    expect(nextWake(room.state)).toBe(room.now + TIMES.release);
    expect(room.do({ type: 'wake' }, TIMES.release)).toMatchObject([{ message: { type: 'close-room' } }]);
    expect(nextWake(room.state)).toBe(room.now - TIMES.release + 60_000);
    room.do({ type: 'wake' }, 60_000 - TIMES.release);
    expect(room.state.phase).toBe('closed');
    expect(nextWake(room.state)).toBeUndefined();
  });

  it('closes for everybody on delete', () => {
    const room = new TestRoom();
    room.join('ann');
    room.link();
    expect(room.do({ type: 'delete' })).toMatchObject([
      { message: { type: 'room-closed', reason: 'deleted' } },
      { type: 'disconnect', code: 'room_closed' },
      { type: 'link-send', message: { type: 'close-room' } },
    ]);
    expect(sentTo(room.join('bob'), 'c-bob')).toMatchObject([{ code: 'room_closed' }]);
  });
});
