import { describe, expect, it } from 'vitest';
import type { Effect } from './effects.ts';
import {
  BY,
  news,
  OPTIONS,
  ofType,
  orders,
  RecordedRoom,
  recorded,
  toRecorder,
  types,
} from './model/recorded-room.ts';
import { recordRefusal, startRefusal, stopRefusal } from './recording.ts';
import { MAX_TURNS, RECORDING_TIMES } from './recording-state.ts';
import { TIMES } from './state.ts';
import { MODERATOR, sentTo } from './testing.ts';
import { details } from './views.ts';
import { nextWake } from './wake.ts';

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

  it('ends with the room, which leaves what has yet to be told', () => {
    const room = recorded();
    const effects = room.do({ type: 'delete' });
    expect(sentTo(effects, 'c-ann')).toMatchObject([
      { type: 'recording-stopped', reason: 'room-closed' },
      { type: 'room-closed' },
    ]);
    expect(news(effects)).toEqual([]);
    expect(room.state.recordings.untold).toMatchObject([
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
