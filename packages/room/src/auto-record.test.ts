import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { describe, expect, it } from 'vitest';
import { BY, OPTIONS, RecordedRoom, types } from './model/recorded-room.ts';
import { startRefusal } from './recording.ts';
import { RECORDING_TIMES } from './recording-state.ts';
import { TIMES } from './state.ts';
import { joinCommand, sentTo } from './testing.ts';
import { details } from './views.ts';

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
