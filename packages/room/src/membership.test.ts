import { describe, expect, it } from 'vitest';
import { LOG_LENGTH } from './state.ts';
import { camera, joinCommand, sentTo, TestRoom } from './testing.ts';

/** A room in which `ann` can come back and `bob` watches. */
function callOfTwo(): TestRoom {
  const room = new TestRoom();
  room.join('ann', { recovers: true });
  room.join('bob');
  room.link();
  return room;
}

const resume = (room: TestRoom, seq: number, secret = 'secret-ann', connectionId = 'c-ann-2') =>
  room.do({
    ...joinCommand('ann', connectionId, {
      recovers: true,
      resume: { participantId: 'p-ann', secret, seq },
    }),
    participantId: 'p-ann-new',
    shownHash: `hash of ${secret}`,
  });

describe('coming back', () => {
  it('gives each durable event the next number, and joined the number it includes', () => {
    const room = callOfTwo();
    room.report('bob', { type: 'track-published', track: camera('t') });
    room.say('bob', { type: 'chat', text: 'hi' });
    expect(room.log.map(({ event }) => [event.seq, event.type])).toEqual([
      [1, 'participant-joined'],
      [2, 'participant-joined'],
      [3, 'track-published'],
      [4, 'chat'],
    ]);
    expect(sentTo(room.join('cyd'), 'c-cyd')[0]).toMatchObject({ type: 'joined', seq: 5, resumed: false });
  });

  it('tells what was missed, but not the participant’s own doings, and shows the way to the session', () => {
    const room = callOfTwo();
    room.report('ann', { type: 'media-state', state: 'connected' });
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    room.report('ann', { type: 'track-published', track: camera('own') });
    room.say('bob', { type: 'chat', text: 'gone?' });
    const effects = resume(room, 2);
    expect(sentTo(effects, 'c-ann-2')).toEqual([
      { type: 'resumed', roomId: 'room-1', participantId: 'p-ann', seq: 4 },
      { type: 'media-session', roomId: 'room-1', session: 1, carrier: { type: 'relay' } },
    ]);
    const replay = effects.find((effect) => effect.type === 'replay');
    expect(replay && room.replay(replay)).toMatchObject([{ type: 'chat', text: 'gone?', seq: 4 }]);
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'open-session', session: 1, carrier: { type: 'relay' } }),
    );
    expect(sentTo(effects, 'c-bob'), 'the others notice nothing').toEqual([]);
    expect(room.state.participants['p-ann']).toMatchObject({ connectionId: 'c-ann-2' });
  });

  it('tells everything when the missed events are too old, or are of another room of this name', () => {
    const room = callOfTwo();
    for (let i = 0; i <= LOG_LENGTH; i++) room.say('bob', { type: 'chat', text: 'x' });
    for (const seq of [1, 999_999]) {
      expect(sentTo(resume(room, seq, 'secret-ann', `c-${seq}`), `c-${seq}`)[0]).toMatchObject({
        type: 'joined',
        resumed: true,
        participantId: 'p-ann',
        participants: [{ participantId: 'p-bob' }],
        seq: room.state.lastSeq,
      });
    }
  });

  it('takes the place of a socket that is still open, and closes that', () => {
    const room = callOfTwo();
    const effects = resume(room, 2);
    expect(effects.slice(0, 2)).toMatchObject([
      { connectionId: 'c-ann', message: { code: 'resumed_elsewhere' } },
      { type: 'disconnect', connectionId: 'c-ann', code: 'resumed_elsewhere' },
    ]);
    expect(room.do({ type: 'connection-closed', connectionId: 'c-ann' }), 'its end means nothing').toEqual(
      [],
    );
    expect(room.state.participants['p-ann']?.connectionId).toBe('c-ann-2');
  });

  it.each([
    ['a wrong secret', 'secret-bob', 'p-ann'],
    ['an unknown participant', 'secret-ann', 'p-eve'],
    ['a name of JavaScript’s', 'secret-ann', '__proto__'],
  ])('makes a newcomer of %s', (_, secret, participantId) => {
    const room = callOfTwo();
    const effects = room.do({
      ...joinCommand('ann', 'c-eve', { recovers: true, resume: { participantId, secret, seq: 0 } }),
      participantId: 'p-new',
    });
    expect(sentTo(effects, 'c-eve')[0]).toMatchObject({
      type: 'joined',
      resumed: false,
      participantId: 'p-new',
    });
    expect(room.state.participants['p-ann']?.connectionId).toBe('c-ann');
  });

  it('has a place in a full room for whoever is in it', () => {
    const room = new TestRoom({ maxParticipants: 2 });
    room.join('ann', { recovers: true });
    room.join('bob');
    expect(sentTo(resume(room, 0), 'c-ann-2')[0]).toMatchObject({ type: 'resumed' });
  });

  it('waits for the node after a deploy instead of looking for another', () => {
    const room = callOfTwo();
    room.unlink();
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    const effects = resume(room, 2);
    expect(effects.map(({ type }) => type)).toEqual(['send', 'replay']);
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    expect(sentTo(room.open('node-1', held), 'c-ann-2')).toEqual([
      { type: 'media-session', roomId: 'room-1', session: 1, carrier: { type: 'relay' } },
    ]);
  });
});

describe('an identity', () => {
  it('is in the room once: who joins again takes its older self’s place, also in a full room', () => {
    const room = new TestRoom({ maxParticipants: 2 });
    room.joinAs('ann', { identity: 'a1' });
    room.join('bob');
    room.link();
    const effects = room.joinAs('ann2', { identity: 'a1' });
    expect(sentTo(effects, 'c-ann').at(-1)).toMatchObject({ type: 'error', code: 'identity_replaced' });
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'disconnect', connectionId: 'c-ann', code: 'identity_replaced' }),
    );
    expect(sentTo(effects, 'c-bob')).toMatchObject([
      { type: 'participant-left', participantId: 'p-ann', reason: 'replaced' },
      { type: 'participant-joined', participant: { participantId: 'p-ann2', identity: 'a1' } },
    ]);
    expect(sentTo(effects, 'c-ann2')[0], 'nothing before joined').toMatchObject({ type: 'joined' });
    expect(Object.keys(room.state.participants)).toEqual(['p-bob', 'p-ann2']);
  });

  it('that was alone in its room keeps it and its node', () => {
    const room = new TestRoom();
    room.joinAs('ann', { identity: 'a1' });
    room.link();
    const effects = room.joinAs('ann2', { identity: 'a1' });
    expect(room.state.emptySince).toBeUndefined();
    expect(effects).toContainEqual(
      expect.objectContaining({ type: 'open-session', participantId: 'p-ann2', nodeId: 'node-1' }),
    );
  });

  it('is not shared by those who have none, nor by those of the same name', () => {
    const room = new TestRoom();
    room.joinAs('ann', { name: 'Ann' });
    room.joinAs('ann2', { name: 'Ann' });
    expect(Object.keys(room.state.participants)).toHaveLength(2);
  });
});

describe('an access token', () => {
  it('that is wrong lets nobody in, but for who proves to be in the room', () => {
    const room = callOfTwo();
    const access = { code: 'token_expired', message: 'Get another.' } as const;
    const refused = room.do({ ...joinCommand('eve', 'c-eve'), access, address: '192.0.2.1' });
    expect(refused).toMatchObject([
      { message: { code: 'token_expired', message: 'Get another.', requestType: 'join' } },
      { type: 'disconnect', connectionId: 'c-eve', code: 'token_expired' },
      { type: 'free-place', participantId: 'p-eve', address: '192.0.2.1' },
    ]);
    const ask = { participantId: 'p-ann', secret: 'secret-ann', seq: 2 };
    const back = room.do({ ...joinCommand('x', 'c-x', { resume: ask }), access });
    expect(sentTo(back, 'c-x')[0]).toMatchObject({ type: 'resumed' });
  });
});
