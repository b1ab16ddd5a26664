import { recorded } from '@parley/room/model/recorded-room';
import { expect, it } from 'vitest';
import { recordingFacts } from './recording-memory.ts';

it('tells of a recording while it goes on, and after it until its end was heard of', () => {
  const room = recorded();
  const turns = [{ epoch: 1, recorderId: 'r1' }];
  expect(recordingFacts(room.state, 'rec-1')).toMatchObject({ turns });
  room.now += 5_000;
  room.stop();
  expect(recordingFacts(room.state, 'rec-1')).toMatchObject({
    turns,
    stopped: { at: room.now, reason: 'stopped' },
  });
  expect(recordingFacts(room.state, 'rec-2')).toBeUndefined();
  for (const { number } of room.state.recordings.untold) {
    room.do({ type: 'recording-told', number, heard: true });
  }
  expect(recordingFacts(room.state, 'rec-1')).toBeUndefined();
});
