import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { describe, expect, it } from 'vitest';
import type { Effect, RecordingEffect } from './effects.ts';
import { recordRefusal, startRefusal, stopRefusal } from './recording.ts';
import { MAX_TURNS, RECORDING_TIMES } from './recording-state.ts';
import { TIMES } from './state.ts';
import { joinCommand, MODERATOR, sentTo, TestRoom } from './testing.ts';
import { details } from './views.ts';
import { nextWake } from './wake.ts';

const OPTIONS = RecordingOptions.parse({});
const BY = { type: 'api' } as const;
const TARGET = { ip: '127.0.0.1', port: 42_000 };

/** A room with recorders, played by hand. */
class RecordedRoom extends TestRoom {
  start(recordingId = 'rec-1'): Effect[] {
    return this.do({ type: 'start-recording', recordingId, options: OPTIONS, by: BY });
  }

  stop(): Effect[] {
    return this.do({ type: 'stop-recording', by: BY });
  }

  place(recorderId = 'r1'): Effect[] {
    return this.do({ type: 'recorder-placed', recorderId });
  }

  /** The turn that there is now. */
  get turn() {
    const { recordingId = '', recorder: { recorderId = '', epoch = 0 } = {} } = this.state.recording ?? {};
    return { recordingId, recorderId, epoch };
  }

  hello(incarnation = 'i-1', target = TARGET): Effect[] {
    return this.do({ type: 'recorder-linked', ...this.turn, incarnation, target });
  }

  fail(message = 'no'): Effect[] {
    return this.do({ type: 'recorder-failed', ...this.turn, code: 'internal', message });
  }

  lose(stopped = false): Effect[] {
    return this.do({ type: 'recorder-unlinked', ...this.turn, stopped });
  }

  /** Rings the alarm when it is set, again and again, for a while. */
  wait(ms: number): Effect[] {
    const until = this.now + ms;
    const effects: Effect[] = [];
    for (;;) {
      const at = nextWake(this.state);
      if (at === undefined || at > until) break;
      this.now = Math.max(at, this.now);
      effects.push(...this.do({ type: 'wake' }));
    }
    this.now = until;
    return effects;
  }
}

/** A room that Ann is in, which is being recorded by `r1`, and its node. */
function recorded(): RecordedRoom {
  const room = new RecordedRoom();
  room.join('ann');
  room.link();
  room.start();
  room.place();
  room.hello();
  return room;
}

function ofType<T extends Effect['type']>(effects: Effect[], type: T): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}
const types = (effects: Effect[]) => effects.map(({ type }) => type);
/** What nodes are told of captures. */
const orders = (effects: Effect[]) =>
  ofType(effects, 'link-send').flatMap(({ message }) => {
    if (message.type === 'capture') return [`capture ${message.order.recordingId} ${message.order.epoch}`];
    return message.type === 'end-capture' ? [`end ${message.recordingId} ${message.epoch}`] : [];
  });
const toRecorder = (effects: Effect[]) => ofType(effects, 'recorder-send').map(({ message }) => message);
const news = (effects: Effect[]) =>
  ofType(effects, 'tell-recording').map(
    ({ news }: Extract<RecordingEffect, { type: 'tell-recording' }>) => news,
  );

describe('a start', () => {
  it('tells nobody before a recorder is there', () => {
    const room = new RecordedRoom();
    room.join('ann');
    const effects = [...room.start(), ...room.place()];
    expect(types(effects)).toEqual(['place-recorder', 'assign-recorder']);
    expect(details(room.state)).not.toHaveProperty('recording');
    expect(sentTo(room.join('bob'), 'c-bob')[0]).not.toHaveProperty('recording');
    room.now += 700;
    const hello = room.hello();
    const started = { recordingId: 'rec-1', startedAt: room.now };
    expect(sentTo(hello, 'c-ann')).toMatchObject([{ type: 'recording-started', ...started, by: BY }]);
    expect(ofType(hello, 'start-answered')).toEqual([{ type: 'start-answered', recordingId: 'rec-1' }]);
    expect(details(room.state)).toMatchObject({ recording: started });
    expect(sentTo(room.join('cyd'), 'c-cyd')[0]).toMatchObject({ recording: started });
  });

  it('is answered at once where nobody can record', () => {
    const room = new RecordedRoom();
    room.join('ann');
    room.start();
    const [answer] = ofType(room.do({ type: 'recorder-placement-failed' }), 'start-answered');
    expect(answer?.failure).toMatchObject({ code: 'recording_unavailable' });
    expect(room.state.recording).toBeUndefined();
    expect(room.log.map(({ event }) => event.type)).toEqual(['participant-joined']);
  });

  it('tries two recorders, none of them twice, and answers in the words of the last', () => {
    const room = new RecordedRoom();
    room.start();
    room.place('a');
    expect(ofType(room.fail('first'), 'place-recorder')).toMatchObject([{ exclude: ['a'] }]);
    room.place('b');
    expect(ofType(room.fail('second'), 'start-answered')).toMatchObject([{ failure: { message: 'second' } }]);
    room.start('rec-2');
    room.place('a');
    room.fail('it is the only one');
    expect(ofType(room.place('a'), 'start-answered')).toMatchObject([
      { failure: { message: 'it is the only one' } },
    ]);
  });

  it('waits for recorders no longer than its caller does', () => {
    const room = new RecordedRoom();
    room.start();
    room.place('a');
    expect(types(room.wait(RECORDING_TIMES.awaitedLinkOpen))).toEqual(['place-recorder']);
    room.now += 1;
    room.place('b');
    expect(ofType(room.wait(RECORDING_TIMES.start), 'start-answered')).toHaveLength(1);
    expect(room.state.recording).toBeUndefined();
    expect(room.hello(), 'too late').toEqual([]);
  });

  it('is refused while one goes on, and a stop while none does', () => {
    const room = new RecordedRoom();
    expect(stopRefusal(room.state)?.[0]).toBe('recording_inactive');
    room.start();
    expect(startRefusal(room.state)?.[0], 'it is about to').toBe('recording_active');
    expect(stopRefusal(room.state)?.[0]).toBe('recording_inactive');
    room.place();
    room.hello();
    expect(startRefusal(room.state)).toEqual(['recording_active', expect.stringContaining('rec-1')]);
    expect(room.start('rec-2')).toEqual([]);
  });

  it('is for whom the room has not taken the grant from', () => {
    const room = new RecordedRoom();
    const may = (record: boolean) => ({ identity: 'ann', grants: { moderate: false, record } });
    expect(recordRefusal(room.state, may(true), room.now)).toBeUndefined();
    expect(recordRefusal(room.state, may(false), room.now)?.[0]).toBe('forbidden');
    room.joinAs('ann', { identity: 'ann', grants: { ...MODERATOR, record: false } });
    expect(recordRefusal(room.state, may(true), room.now)?.[0]).toBe('forbidden');
  });
});

describe('nodes', () => {
  it('send to the recorder from its hello on, whichever comes first, and stop with the recording', () => {
    const room = new RecordedRoom();
    room.join('ann');
    room.start();
    room.place();
    expect(orders(room.hello())).toEqual([]);
    room.do({ type: 'placed', nodeId: 'n1' });
    expect(orders(room.open('n1'))).toEqual(['capture rec-1 1']);
    expect(orders(room.stop())).toEqual(['end rec-1 1']);
  });

  it('that were out of reach hear of the end later', () => {
    const room = recorded();
    room.unlink();
    expect(orders(room.stop())).toEqual([]);
    expect(orders(room.open())).toEqual(['end rec-1 1']);
  });

  it('are asked again for all there is when either link was gone', () => {
    const room = recorded();
    room.unlink();
    expect(orders(room.open())).toEqual(['capture rec-1 1']);
    room.lose();
    expect(orders(room.hello())).toEqual(['capture rec-1 1']);
  });

  it('that are gone are told of', () => {
    const room = recorded();
    const gone = room.unlink('node-1', true);
    expect(toRecorder(gone)).toEqual([{ type: 'node-gone', nodeId: 'node-1' }]);
    room.do({ type: 'placed', nodeId: 'node-2' });
    expect(orders(room.open('node-2'))).toEqual(['capture rec-1 1']);
    room.unlink('node-2');
    const epoch = room.state.assignments['node-2']?.epoch ?? 0;
    const restarted = room.do({
      type: 'link-opened',
      nodeId: 'node-2',
      epoch,
      sessions: [],
      incarnation: 'second',
    });
    expect(toRecorder(restarted), 'another process').toEqual([{ type: 'node-gone', nodeId: 'node-2' }]);
  });

  it('have their word passed on, while it is of this turn, and nothing is copied for it', () => {
    const room = recorded();
    const { state } = room;
    const nodeEpoch = state.assignments['node-1']?.epoch ?? 0;
    const event = { type: 'track-ended', trackId: 't' } as const;
    const said = {
      type: 'capture-event',
      nodeId: 'node-1',
      nodeEpoch,
      recordingId: 'rec-1',
      epoch: 1,
      event,
    } as const;
    expect(toRecorder(room.do(said))).toEqual([{ type: 'capture', nodeId: 'node-1', event }]);
    expect(room.state).toBe(state);
    for (const stale of [
      { epoch: 2 },
      { recordingId: 'rec-0' },
      { nodeEpoch: nodeEpoch - 1 },
      { nodeId: 'n' },
    ]) {
      expect(room.do({ ...said, ...stale })).toEqual([]);
    }
    room.lose();
    expect(room.do(said), 'nobody listens').toEqual([]);
  });
});

describe('a recorder', () => {
  it('is told who is there, by which names', () => {
    const room = recorded();
    const bob = { participantId: 'p-bob', name: 'bob' };
    expect(toRecorder(room.join('bob'))).toEqual([{ type: 'participant', participant: bob }]);
    const renamed = { type: 'participant', participant: { ...bob, name: 'Rob' } };
    expect(toRecorder(room.say('bob', { type: 'rename', name: 'Rob' }))).toEqual([renamed]);
    room.lose();
    room.join('cyd');
    expect(ofType(room.hello(), 'welcome-recorder')).toMatchObject([
      { participants: [{ name: 'ann' }, { name: 'Rob' }, { name: 'cyd' }] },
    ]);
    expect(toRecorder(room.say('bob', { type: 'leave' }))).toEqual([
      { type: 'participant-left', participantId: 'p-bob' },
    ]);
  });

  it('keeps its turn while its link is away for a moment', () => {
    const room = recorded();
    expect(room.lose()).toEqual([]);
    const [check] = ofType(room.wait(1_000), 'check-recorder');
    expect(check).toMatchObject({ recorderId: 'r1', epoch: 1, incarnation: 'i-1' });
    room.do({ type: 'recorder-checked', ...room.turn, life: 'unknown' });
    const back = room.hello();
    expect(news(back)).toEqual([]);
    expect(room.state.recording).toMatchObject({ turns: [{ epoch: 1 }], recorder: { state: 'linked' } });
  });

  it.each([
    ['is dead', (room: RecordedRoom) => room.do({ type: 'recorder-checked', ...room.turn, life: 'dead' })],
    ['is away for too long', (room: RecordedRoom) => room.wait(TIMES.linkLost)],
  ])('that %s is replaced', (_, loses) => {
    const room = recorded();
    room.lose();
    const old = room.turn;
    const effects = loses(room);
    expect(ofType(effects, 'place-recorder')).toEqual([{ type: 'place-recorder', exclude: ['r1'] }]);
    expect(orders(effects), 'one that is only out of reach records on meanwhile').toEqual([]);
    room.place('r2');
    expect(room.do({ type: 'recorder-linked', ...old, incarnation: 'i-1', target: TARGET })).toEqual([]);
    const hello = room.hello('i-2', { ...TARGET, port: 5 });
    expect(orders(hello)).toEqual(['capture rec-1 2']);
    expect(sentTo(hello, 'c-ann'), 'nobody is troubled').toEqual([]);
    expect(room.state.recording?.turns).toMatchObject([{ recorderId: 'r1' }, { recorderId: 'r2' }]);
  });

  it('that lives has longer to come back', () => {
    const room = recorded();
    room.lose();
    for (let waited = 0; waited < TIMES.liveLinkLost - 1_000; waited += 1_000) {
      expect(ofType(room.wait(1_000), 'place-recorder')).toEqual([]);
      room.do({ type: 'recorder-checked', ...room.turn, life: 'live' });
    }
    expect(ofType(room.wait(2_000), 'place-recorder')).toHaveLength(1);
  });

  it('that fails takes what it can until another one does', () => {
    const room = recorded();
    expect(types(room.fail())).toEqual(['place-recorder']);
    expect(toRecorder(room.join('bob'))).toMatchObject([{ type: 'participant' }]);
    room.unlink();
    expect(orders(room.open())).toEqual(['capture rec-1 1']);
    const nodeEpoch = room.state.assignments['node-1']?.epoch ?? 0;
    const event = { type: 'track-ended', trackId: 't' } as const;
    const said = { type: 'capture-event', nodeId: 'node-1', nodeEpoch, recordingId: 'rec-1', event } as const;
    expect(toRecorder(room.do({ ...said, epoch: 1 }))).toHaveLength(1);
    room.place('r2');
    const hello = room.hello('i-2', { ...TARGET, port: 5 });
    expect(ofType(hello, 'recorder-send')).toEqual([
      {
        type: 'recorder-send',
        recordingId: 'rec-1',
        recorderId: 'r1',
        epoch: 1,
        message: { type: 'stop', reason: 'replaced' },
      },
    ]);
    expect(orders(hello)).toEqual(['capture rec-1 2']);
    expect(room.do({ ...said, epoch: 1 })).toEqual([]);
  });

  it('that fails and goes is not waited for; one that fails is stopped with the recording', () => {
    const room = recorded();
    const first = room.turn;
    room.fail();
    room.do({ type: 'recorder-unlinked', ...first, stopped: false });
    expect(room.state.recording?.outgoing).toBeUndefined();
    room.place('r2');
    room.hello();
    room.fail();
    const effects = room.stop();
    expect(toRecorder(effects)).toEqual([{ type: 'stop', reason: 'stopped' }]);
    expect(orders(effects)).toEqual(['end rec-1 2']);
  });

  it('that fails is asked again after a while where it is the only one', () => {
    const room = recorded();
    expect(ofType(room.fail(), 'place-recorder'), 'at once').toHaveLength(1);
    room.place('r1');
    expect(types(room.fail()), 'then not').not.toContain('place-recorder');
    expect(types(room.wait(TIMES.retryFirst))).toContain('place-recorder');
    room.place('r1');
    room.hello('i-2');
    room.wait(RECORDING_TIMES.steady);
    expect(types(room.fail()), 'it had its turn').toContain('place-recorder');
  });

  it('of another process has no part in the turn: it would write over what is there', () => {
    const room = recorded();
    room.lose();
    const effects = room.hello('i-2');
    expect(toRecorder(effects)).toEqual([{ type: 'stop', reason: 'replaced' }]);
    expect(orders(effects)).toEqual(['end rec-1 1']);
    expect(types(effects)).not.toContain('welcome-recorder');
    room.place('r1');
    expect(room.turn).toMatchObject({ recorderId: 'r1', epoch: 2 });
  });

  it('is looked at often, so that one whose machine is cut off is missed', () => {
    const room = recorded();
    for (const number of [1, 2]) room.do({ type: 'recording-told', number, heard: true });
    expect(nextWake(room.state)).toBe(room.now + RECORDING_TIMES.look);
    room.wait(RECORDING_TIMES.look);
    expect(nextWake(room.state)).toBe(room.now + RECORDING_TIMES.look);
  });
});

describe('a recording', () => {
  it('that nobody records ends, and says so', () => {
    const room = recorded();
    room.fail();
    room.do({ type: 'recorder-placement-failed' });
    const effects: Effect[] = [];
    while (room.state.recording !== undefined) {
      effects.push(...room.wait(1_000));
      room.do({ type: 'recorder-placement-failed' });
    }
    expect(sentTo(effects, 'c-ann')).toMatchObject([{ type: 'recording-stopped', reason: 'failed' }]);
    expect(room.now).toBeLessThanOrEqual(1_000_000 + RECORDING_TIMES.unrecorded + 1_000);
  });

  it('that no recorder keeps ends', () => {
    const room = recorded();
    for (let turn = 1; turn < MAX_TURNS; turn++) {
      room.fail();
      room.wait(TIMES.retryMost);
      room.place(`r${turn}`);
      room.hello();
    }
    expect(sentTo(room.fail(), 'c-ann')).toMatchObject([{ type: 'recording-stopped', reason: 'failed' }]);
  });

  it('ends when nobody has been in the room for a while', () => {
    const room = recorded();
    room.say('ann', { type: 'leave' });
    expect(types(room.wait(TIMES.release - 1))).not.toContain('recorder-send');
    const effects = room.wait(1);
    expect(orders(effects)).toEqual(['end rec-1 1']);
    expect(toRecorder(effects)).toEqual([{ type: 'stop', reason: 'stopped' }]);
    expect(room.log.at(-1)?.event).toMatchObject({ type: 'recording-stopped', reason: 'empty' });
  });

  it('may begin before anybody is there', () => {
    const room = new RecordedRoom();
    room.wait(100_000);
    room.start();
    room.place();
    room.hello();
    room.wait(TIMES.release - 1);
    expect(room.state.recording).toBeDefined();
    room.wait(1);
    expect(room.state.recording).toBeUndefined();
  });

  it('ends with the room, and all is told at once', () => {
    const room = recorded();
    const effects = room.do({ type: 'delete' });
    expect(sentTo(effects, 'c-ann')).toMatchObject([
      { type: 'recording-stopped', reason: 'room-closed' },
      { type: 'room-closed' },
    ]);
    expect(news(effects)).toMatchObject([
      { type: 'opened' },
      { type: 'turn' },
      { type: 'stopped', reason: 'room-closed' },
    ]);
    expect(nextWake(room.state)).toBeUndefined();
  });
});

describe('the recording’s memory', () => {
  it('is told one thing after another, and again what it may not have heard', () => {
    const room = new RecordedRoom();
    room.join('ann');
    room.start();
    room.place();
    const [opened] = news(room.hello());
    expect(opened).toMatchObject({ type: 'opened', startedAt: room.now, by: BY, options: OPTIONS });
    const heard = (number: number, yes = true) =>
      news(room.do({ type: 'recording-told', number, heard: yes }));
    expect(heard(1, false)).toEqual([]);
    expect(news(room.wait(RECORDING_TIMES.tellAgain))).toEqual([opened]);
    expect(heard(1)).toMatchObject([{ type: 'turn', turn: { epoch: 1, recorderId: 'r1' } }]);
    expect(heard(1), 'twice').toEqual([]);
    expect(heard(2)).toEqual([]);
    expect(news(room.stop())).toMatchObject([{ type: 'stopped', at: room.now, reason: 'stopped' }]);
    heard(3);
    expect(news(room.wait(100_000))).toEqual([]);
  });
});

describe('a room that records by itself', () => {
  const auto = () => new RecordedRoom({ autoRecord: OPTIONS });
  const begin = (room: RecordedRoom, recordingId = 'auto-1') => room.do({ type: 'auto-record', recordingId });

  it('does so while somebody is there', () => {
    const room = auto();
    expect(begin(room), 'nobody is').toEqual([]);
    expect(types(room.join('ann'))).toContain('auto-record');
    expect(types(begin(room))).toEqual(['place-recorder']);
    room.place();
    const [started] = sentTo(room.hello(), 'c-ann');
    expect(started).toMatchObject({ type: 'recording-started' });
    expect(started).not.toHaveProperty('by');
    room.say('ann', { type: 'leave' });
    room.wait(TIMES.release);
    expect(room.log.at(-1)?.event).toMatchObject({ type: 'recording-stopped', reason: 'empty' });
  });

  it('asks again for what was lost on the way, and keeps looking for a recorder', () => {
    const room = auto();
    room.join('ann');
    expect(types(room.wait(RECORDING_TIMES.autoAgain))).toContain('auto-record');
    begin(room);
    for (let tries = 0; tries < 20; tries++) {
      room.do({ type: 'recorder-placement-failed' });
      expect(types(room.wait(TIMES.retryMost))).toContain('place-recorder');
    }
    expect(room.log.map(({ event }) => event.type)).toEqual(['participant-joined']);
  });

  it('lets somebody start another meanwhile', () => {
    const room = auto();
    room.join('ann');
    begin(room);
    expect(startRefusal(room.state)).toBeUndefined();
    room.start('by-hand');
    expect(room.state.recording).toMatchObject({ recordingId: 'by-hand', by: BY });
    expect(types(room.do({ type: 'recorder-placement-failed' }))).toEqual(['start-answered', 'auto-record']);
  });

  it('is stopped by hand until it has been empty', () => {
    const room = auto();
    room.join('ann');
    begin(room);
    room.place();
    room.hello();
    expect(types(room.stop())).not.toContain('auto-record');
    expect(begin(room)).toEqual([]);
    expect(types(room.join('bob'))).not.toContain('auto-record');
    room.say('ann', { type: 'leave' });
    room.say('bob', { type: 'leave' });
    expect(types(room.join('cyd'))).toContain('auto-record');
  });

  it('goes on in another recording when one has failed', () => {
    const room = auto();
    room.join('ann');
    begin(room);
    room.place();
    room.hello();
    room.fail();
    expect(types(room.wait(RECORDING_TIMES.unrecorded))).toContain('auto-record');
    expect(types(begin(room, 'auto-2'))).toEqual(['place-recorder']);
  });

  it('begins and ends with the option', () => {
    const room = new RecordedRoom();
    room.join('ann');
    const set = (autoRecord: RecordingOptions | null) =>
      room.do({ type: 'update', by: BY, change: { autoRecord } });
    expect(types(set(OPTIONS))).toEqual(['auto-record']);
    expect(details(room.state)).toMatchObject({ autoRecord: OPTIONS });
    begin(room);
    room.place();
    room.hello();
    expect(sentTo(set(null), 'c-ann')).toMatchObject([{ type: 'recording-stopped', reason: 'stopped' }]);
    expect(details(room.state)).not.toHaveProperty('autoRecord');
    expect(types(room.do(joinCommand('bob', 'c-bob')))).not.toContain('auto-record');
  });
});
