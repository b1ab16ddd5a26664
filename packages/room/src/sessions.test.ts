import type { SessionRequest } from '@parley/protocol/client-messages';
import type { SessionEvent } from '@parley/protocol/server-messages';
import { describe, expect, it } from 'vitest';
import { TIMES } from './state.ts';
import { camera, joinCommand, sentTo, TestRoom } from './testing.ts';

const URL = 'wss://media1.example.com';

/** A room on a node with a public URL, in which `ann` can go there directly. */
function directRoom(): TestRoom {
  const room = new TestRoom();
  room.join('ann', { recovers: true, direct: true });
  room.join('bob');
  room.do({ type: 'placed', nodeId: 'node-1' });
  return room;
}

const opened = (effects: ReturnType<TestRoom['do']>) =>
  effects.filter((effect) => effect.type === 'open-session');

describe('carriers', () => {
  it('sends the ticket to a client that can go to the node itself, and relays for the others', () => {
    const room = directRoom();
    const effects = room.open('node-1', [], URL);
    expect(opened(effects)).toMatchObject([
      { participantId: 'p-ann', session: 1, carrier: { type: 'direct', url: URL, connectionId: 'c-ann' } },
      { participantId: 'p-bob', session: 1, carrier: { type: 'relay' } },
    ]);
    expect(sentTo(effects, 'c-bob'), 'plain clients do not know media-session').toEqual([]);
  });

  it('relays where the node has no public URL, and says so', () => {
    const room = directRoom();
    const effects = room.open();
    expect(opened(effects)[0]).toMatchObject({ participantId: 'p-ann', carrier: { type: 'relay' } });
    expect(sentTo(effects, 'c-ann')).toMatchObject([{ type: 'media-session', carrier: { type: 'relay' } }]);
  });

  it('shows another way to the same session when asked, and none to an older one', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    const ask = (session: number, carrier: 'relay' | 'direct') =>
      room.say('ann', { type: 'reconnect-session', session, carrier });
    expect(opened(ask(1, 'relay'))).toMatchObject([{ session: 1, carrier: { type: 'relay' } }]);
    expect(opened(ask(1, 'direct'))).toMatchObject([{ session: 1, carrier: { type: 'direct' } }]);
    expect(ask(7, 'direct')).toEqual([]);
    const plain = room.say('bob', { type: 'reconnect-session', session: 1, carrier: 'relay' });
    expect(plain).toMatchObject([{ message: { code: 'invalid_message' } }]);
  });

  it.each(['relay', 'direct'] as const)(
    'answers over %s when the node is back, where it was asked while the node was out of reach',
    (carrier) => {
      const room = directRoom();
      room.open('node-1', [], URL);
      room.unlink();
      expect(room.say('ann', { type: 'reconnect-session', session: 1, carrier })).toEqual([]);
      const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
      expect(opened(room.open('node-1', held, URL))).toMatchObject([
        { participantId: 'p-ann', session: 1, carrier: { type: carrier } },
      ]);
      room.unlink();
      expect(opened(room.open('node-1', held, URL)), 'once').toEqual([]);
    },
  );

  it('shows the way to whoever came back while the node was out of reach', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.unlink();
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 2 };
    room.do(joinCommand('ann', 'c-ann-2', { recovers: true, direct: true, resume }));
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    expect(opened(room.open('node-1', held, URL))).toMatchObject([
      { participantId: 'p-ann', session: 1, carrier: { type: 'direct', connectionId: 'c-ann-2' } },
    ]);
  });

  it('passes on what a plain client asked while the node was out of reach, and nothing of one that repeats it', () => {
    const room = directRoom();
    room.open();
    room.unlink();
    const asked: SessionRequest[] = [
      { type: 'offer', sdp: 'v=0' },
      { type: 'answer', offerId: 'o', sdp: 'v=0' },
      { type: 'update-quality', quality: 'low' },
      { type: 'subscribe', default: false, except: ['t1'] },
    ];
    for (const request of asked) {
      expect(room.say('ann', { ...request, session: 1 })).toEqual([]);
      expect(room.say('bob', request)).toEqual([]);
    }
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    const effects = room.open('node-1', held);
    expect(sentTo(effects, 'c-ann')).toMatchObject([{ type: 'media-session', session: 1 }]);
    expect(effects.flatMap((e) => (e.type === 'link-send' ? [e.message] : []))).toEqual(
      asked.map((message) => ({ type: 'session-request', participantId: 'p-bob', session: 1, message })),
    );
  });

  it.each(['relay', 'direct'] as const)(
    'passes on nothing either when it shows the way anew, %s',
    (carrier) => {
      const room = directRoom();
      room.open('node-1', [], URL);
      room.unlink();
      room.say('ann', { type: 'reconnect-session', session: 1, carrier: 'relay' });
      room.say('ann', { type: 'offer', session: 1, sdp: 'v=0' });
      room.say('ann', { type: 'reconnect-session', session: 1, carrier });
      const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
      const effects = room.open('node-1', held, URL);
      expect(opened(effects)).toMatchObject([{ carrier: { type: carrier } }]);
      expect(effects.filter(({ type }) => type === 'link-send')).toEqual([]);
      expect(room.state.participants['p-ann']?.pending).toEqual([]);
    },
  );

  it('drops requests for an older session', () => {
    const room = directRoom();
    room.open();
    expect(room.say('ann', { type: 'offer', session: 7, sdp: 'v=0' })).toEqual([]);
    expect(room.say('ann', { type: 'offer', session: 1, sdp: 'v=0' })).toMatchObject([
      { message: { type: 'session-request', session: 1 } },
    ]);
  });
});

it('says in the ticket which clients recover: the others have to say everything through the room', () => {
  const [ann, bob] = opened(directRoom().open());
  expect(ann).toMatchObject({ participantId: 'p-ann', recovers: true });
  expect(bob).toMatchObject({ participantId: 'p-bob' });
  expect(bob).not.toHaveProperty('recovers');
});

describe('subscribing on demand', () => {
  it('stands in the ticket of every session, and nowhere where all is wanted', () => {
    const room = new TestRoom();
    room.join('ann', { recovers: true, autoSubscribe: false });
    room.join('bob', { recovers: true, autoSubscribe: true });
    room.do({ type: 'placed', nodeId: 'node-1' });
    const [ann, bob] = opened(room.open());
    expect(ann).toMatchObject({ participantId: 'p-ann', autoSubscribe: false });
    expect(bob).not.toHaveProperty('autoSubscribe');
    const next = room.report('ann', { type: 'session-closed', code: 'internal', message: 'Gone.' });
    expect(opened(next)).toMatchObject([{ participantId: 'p-ann', session: 2, autoSubscribe: false }]);
  });

  it('is what the client said last', () => {
    const room = new TestRoom();
    room.join('ann', { recovers: true, autoSubscribe: false });
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: 1 };
    room.do(joinCommand('ann', 'c-ann-2', { recovers: true, resume }));
    expect(room.state.participants['p-ann']).not.toHaveProperty('autoSubscribe');
  });
});

describe('what only passes through', () => {
  it('copies and changes nothing, both ways, once the first answer has come', () => {
    const room = directRoom();
    room.open();
    room.say('ann', { type: 'answer', offerId: 'o', sdp: 'v=0' });
    const before = room.state;
    const answer: SessionEvent = {
      type: 'answer',
      roomId: 'room-1',
      sdp: 'v=0',
      requestType: 'offer',
      tracks: [],
    };
    expect(sentTo(room.report('ann', { type: 'session-event', message: answer }), 'c-ann')).toEqual([answer]);
    const requests: SessionRequest[] = [
      { type: 'offer', sdp: 'v=0' },
      { type: 'answer', offerId: 'o', sdp: 'v=0' },
      { type: 'update-quality', quality: 'low' },
      { type: 'subscribe', default: false, except: ['t1'] },
    ];
    for (const message of requests) {
      expect(room.say('ann', message)).toMatchObject([
        { type: 'link-send', message: { type: 'session-request', session: 1, message } },
      ]);
    }
    expect(room.state).toBe(before);
  });

  it('is closed at the node when it is of somebody who has left with a ticket in hand', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.say('ann', { type: 'leave' });
    const report = { type: 'session-opened', participantId: 'p-ann', session: 1 } as const;
    const epoch = room.state.assignments['node-1']?.epoch ?? 0;
    expect(room.do({ type: 'link-report', nodeId: 'node-1', epoch, report })).toMatchObject([
      { message: { type: 'close-session', participantId: 'p-ann', session: 1 } },
    ]);
  });
});

describe('a session that is refused for load', () => {
  const refusal = { type: 'session-closed', code: 'room_overloaded', message: 'Too busy.' } as const;

  it('is tried again ever more seldom, never at once; its participant is told once and stays', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    let effects = room.report('ann', refusal);
    expect(sentTo(effects, 'c-ann'), 'the first refusal already').toMatchObject([
      { code: 'room_overloaded' },
    ]);
    for (const pause of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      expect(opened(effects), 'not at once').toEqual([]);
      expect(opened(room.do({ type: 'wake' }, pause - 1)), `not before ${pause} ms`).toEqual([]);
      const session = room.state.participants['p-ann']?.session ?? 0;
      expect(
        opened(room.do({ type: 'wake' }, 1)),
        'through the Room, which tells nobody twice',
      ).toMatchObject([{ session: session + 1, carrier: { type: 'relay' } }]);
      effects = room.report('ann', refusal);
      expect(sentTo(effects, 'c-ann'), 'told once').toEqual([]);
    }
    expect(room.state.participants).toHaveProperty('p-ann');
  });

  it('has its client hear of the next refusal once media has flowed again', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', refusal);
    room.do({ type: 'wake' }, TIMES.overloadedFirst);
    room.report('ann', { type: 'media-state', state: 'connected' });
    expect(sentTo(room.report('ann', refusal), 'c-ann')).toMatchObject([{ code: 'room_overloaded' }]);
  });

  it('leaves a client that does not recover by itself in the room', () => {
    const room = new TestRoom();
    room.join('ann');
    room.link();
    room.report('ann', refusal);
    expect(opened(room.do({ type: 'wake' }, TIMES.overloadedFirst))).toMatchObject([{ session: 2 }]);
    room.report('ann', refusal);
    room.do({ type: 'wake' }, TIMES.overloadedMost);
    expect(room.state.participants).toHaveProperty('p-ann');
  });
});

describe('a session that ends by itself', () => {
  const end = { type: 'session-closed', code: 'media_unavailable', message: 'The worker failed.' } as const;

  it('is opened anew at once, with the next number and without the old tracks', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', { type: 'track-published', track: camera('t') });
    room.report('ann', { type: 'media-state', state: 'connected' });
    const effects = room.report('ann', end);
    expect(sentTo(effects, 'c-bob')).toMatchObject([{ type: 'track-unpublished', trackId: 't' }]);
    expect(opened(effects)).toMatchObject([{ participantId: 'p-ann', session: 2 }]);
    expect(sentTo(effects, 'c-ann'), 'no error: it heals').toEqual([]);
  });

  it('is opened ever more seldom when it ends again and again, until media has flowed', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', end);
    const again = room.report('ann', end);
    expect(opened(again)).toEqual([]);
    expect(sentTo(again, 'c-ann')).toMatchObject([{ code: 'media_unavailable' }]);
    expect(opened(room.do({ type: 'wake' }, TIMES.reopenFirst))).toMatchObject([{ session: 3 }]);
    room.report('ann', { type: 'media-state', state: 'connected' });
    expect(opened(room.report('ann', end))).toMatchObject([{ session: 4 }]);
  });

  it('is followed by another for a plain client that only sends and waits to be asked: its PeerConnection survives', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('bob', { type: 'media-state', state: 'connected' });
    expect(opened(room.report('bob', end))).toMatchObject([{ participantId: 'p-bob', session: 2 }]);
    room.report('bob', { type: 'media-state', state: 'connected' });
    room.do({ type: 'wake' }, TIMES.probation);
    expect(room.state.participants['p-bob']).toBeDefined();
  });

  it('is the end for such a client when it does not connect again', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('bob', { type: 'media-state', state: 'connected' });
    room.report('bob', end);
    expect(sentTo(room.do({ type: 'wake' }, TIMES.probation), 'c-bob')).toMatchObject([
      { code: 'session_lost' },
    ]);
  });

  it('is the end for a plain client that received: it is told to join again', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.say('bob', { type: 'answer', offerId: 'o', sdp: 'v=0' });
    room.report('bob', { type: 'media-state', state: 'connected' });
    const effects = room.report('bob', end);
    expect(sentTo(effects, 'c-bob')).toMatchObject([{ code: 'session_lost' }]);
    expect(effects.at(-1)).toMatchObject({ type: 'disconnect', code: 'session_lost' });
    expect(room.state.participants['p-bob']).toBeUndefined();
  });

  it('says nothing about the session that has replaced it', () => {
    const room = directRoom();
    room.open();
    room.report('ann', end);
    const epoch = room.state.assignments['node-1']?.epoch ?? 0;
    const late = { ...end, participantId: 'p-ann', session: 1 };
    expect(room.do({ type: 'link-report', nodeId: 'node-1', epoch, report: late })).toEqual([]);
    const stale = {
      type: 'track-published',
      participantId: 'p-ann',
      session: 1,
      track: camera('t'),
    } as const;
    expect(room.do({ type: 'link-report', nodeId: 'node-1', epoch, report: stale })).toMatchObject([
      { message: { type: 'close-session', participantId: 'p-ann', session: 1 } },
    ]);
  });
});

describe('a node that is gone', () => {
  it('is asked about after a moment, and replaced when the Fleet says that it is dead', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', { type: 'track-published', track: camera('t') });
    room.say('bob', { type: 'answer', offerId: 'o', sdp: 'v=0' });
    room.report('bob', { type: 'media-state', state: 'connected' });
    room.unlink();
    const epoch = room.state.lastEpoch;
    expect(room.do({ type: 'wake' }, TIMES.nodeCheck)).toEqual([
      { type: 'check-node', nodeId: 'node-1', epoch, incarnation: 'first' },
    ]);
    const checked = (life: 'live' | 'unknown' | 'dead') =>
      room.do({ type: 'node-checked', nodeId: 'node-1', epoch, life });
    expect(checked('unknown')).toEqual([]);
    expect(checked('live')).toEqual([]);
    expect(room.do({ type: 'wake' }, TIMES.nodeCheck)).toMatchObject([{ type: 'check-node' }]);
    expect(checked('dead')).toEqual([{ type: 'place', exclude: [] }]);
    const effects = room.do({ type: 'placed', nodeId: 'node-2' });
    expect(sentTo(effects, 'c-bob'), 'a plain client joins again').toMatchObject([
      { type: 'track-unpublished' },
      { code: 'session_lost' },
    ]);
    expect(opened(room.open('node-2'))).toMatchObject([{ participantId: 'p-ann', session: 2 }]);
  });

  it('has longer to come back while the Fleet says that it lives, but not for ever', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.unlink();
    const epoch = room.state.lastEpoch;
    for (let waited = 0; waited < TIMES.liveLinkLost - TIMES.linkLost; waited += TIMES.linkLost) {
      room.do({ type: 'node-checked', nodeId: 'node-1', epoch, life: 'live' });
      const effects = room.do({ type: 'wake' }, TIMES.linkLost);
      expect(effects.map(({ type }) => type)).not.toContain('place');
    }
    expect(room.do({ type: 'wake' }, TIMES.linkLost)).toContainEqual({ type: 'place', exclude: [] });
  });

  it('is replaced after a while where the Fleet does not know any more whether it lives', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.unlink();
    const epoch = room.state.lastEpoch;
    room.do({ type: 'wake' }, TIMES.nodeCheck);
    room.do({ type: 'node-checked', nodeId: 'node-1', epoch, life: 'live' });
    room.do({ type: 'node-checked', nodeId: 'node-1', epoch, life: 'unknown' });
    expect(room.do({ type: 'wake' }, TIMES.linkLost)).toEqual([{ type: 'place', exclude: [] }]);
  });

  it('is told to close what it holds and the room does not know, older sessions too', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', { type: 'session-closed', code: 'media_unavailable', message: 'The worker failed.' });
    room.do({ type: 'connection-closed', connectionId: 'c-ann' });
    room.unlink();
    const held = [
      { participantId: 'p-ann', session: 1, tracks: [] },
      { participantId: 'p-bob', session: 1, tracks: [] },
      { participantId: 'p-gone', session: 4, tracks: [] },
    ];
    const effects = room.open('node-1', held, URL);
    const closed = effects.flatMap((e) => (e.type === 'link-send' ? [e.message] : []));
    expect(closed).toEqual([
      { type: 'close-session', participantId: 'p-ann', session: 1 },
      { type: 'close-session', participantId: 'p-gone', session: 4 },
    ]);
  });

  it('is replaced at once when it said that it stops', () => {
    const room = directRoom();
    room.open();
    expect(room.unlink('node-1', true)).toEqual([{ type: 'place', exclude: ['node-1'] }]);
  });

  it('keeps its sessions when it is chosen again and still has them', () => {
    const room = directRoom();
    room.open('node-1', [], URL);
    room.report('ann', { type: 'track-published', track: camera('t') });
    room.unlink();
    room.do({ type: 'wake' }, TIMES.linkLost);
    const epoch = room.state.lastEpoch;
    expect(room.do({ type: 'placed', nodeId: 'node-1' })).toMatchObject([{ type: 'assign' }]);
    expect(room.state.lastEpoch).toBe(epoch + 1);
    const sessions = [
      { participantId: 'p-ann', session: 1, tracks: [camera('t')] },
      { participantId: 'p-bob', session: 1, tracks: [] },
    ];
    const effects = room.open('node-1', sessions, URL);
    expect(opened(effects)).toEqual([]);
    expect(room.log.map(({ event }) => event.type)).not.toContain('track-unpublished');
  });

  it('is kept when it comes back while another is looked for', () => {
    const room = directRoom();
    room.open();
    room.unlink();
    room.do({ type: 'wake' }, TIMES.linkLost);
    const held = ['ann', 'bob'].map((name) => ({ participantId: `p-${name}`, session: 1, tracks: [] }));
    room.open('node-1', held);
    expect(room.do({ type: 'placed', nodeId: 'node-2' })).toEqual([]);
    expect(Object.keys(room.state.assignments)).toEqual(['node-1']);
  });
});
