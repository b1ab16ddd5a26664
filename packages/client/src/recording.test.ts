import type { ActiveRecording } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fullJitter } from './backoff.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { type FakeRoom, JOINED, joinFakeRoom, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  stubBrowser();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const roomId = 'room';
const first: ActiveRecording = { recordingId: 'rec-1', startedAt: 1000 };
const second: ActiveRecording = { recordingId: 'rec-2', startedAt: 2000 };
const started = (recording: ActiveRecording) =>
  ({ type: 'recording-started', roomId, seq: ++FakeSocket.seq, ...recording, by: { type: 'api' } }) as const;
const stopped = ({ recordingId }: ActiveRecording) =>
  ({ type: 'recording-stopped', roomId, seq: ++FakeSocket.seq, recordingId, reason: 'stopped' }) as const;
const changes = ({ heard }: FakeRoom) => heard.filter(({ name }) => name === 'recording-changed');

/** Loses the room's socket and opens another. */
function comeBack({ socket }: FakeRoom): FakeSocket {
  socket.drop(1006);
  vi.advanceTimersByTime(10_000);
  const again = FakeSocket.last ?? expect.fail('no socket was opened');
  expect(again).not.toBe(socket);
  again.open();
  return again;
}

it('is known to who joins a room that is recorded', async () => {
  const { call } = await joinFakeRoom({ recording: first });
  expect(call.recording).toEqual(first);
});

it('starts and stops for everybody, and says no more than when it began', async () => {
  const room = await joinFakeRoom();
  expect(room.call.recording).toBeUndefined();
  room.socket.receive(started(first));
  expect(room.call.recording).toEqual(first);
  room.socket.receive(stopped(first));
  expect(room.call.recording).toBeUndefined();
  room.socket.receive(started(second));
  expect(changes(room).map(({ event }) => event)).toEqual([first, undefined, second]);
});

it('is told once of a start that was missed, where the room tells what was missed', async () => {
  const room = await joinFakeRoom({}, undefined, { retry: fullJitter(() => 0) });
  const again = comeBack(room);
  const event = started(first);
  again.receive({ type: 'resumed', roomId, participantId: 'me', seq: event.seq });
  again.receive(event);
  again.receive(event);
  expect(changes(room).map((change) => change.event)).toEqual([first]);
});

it.each([
  ['the same recording goes on', first, first, []],
  ['it began meanwhile', undefined, first, [first]],
  ['it was stopped meanwhile', first, undefined, [undefined]],
  ['another one has begun', first, second, [second]],
])('is as the room says to who comes back after long: %s', async (_, before, after, expected) => {
  const room = await joinFakeRoom({ ...(before && { recording: before }) }, undefined, {
    retry: fullJitter(() => 0),
  });
  const again = comeBack(room);
  again.receive({ ...JOINED, resumed: true, seq: ++FakeSocket.seq, ...(after && { recording: after }) });
  expect(room.call.recording).toEqual(after);
  expect(changes(room).map(({ event }) => event)).toEqual(expected);
});
