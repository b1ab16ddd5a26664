// @vitest-environment happy-dom
import { CallError } from '@parley/client/call-error';
import type { RecordingSummary } from '@parley/protocol/rest';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { STARTED, summaryOf } from './fixtures.ts';
import { LOOKS, RecordingList } from './recording-list.ts';
import { RecordingServer } from './server.ts';

let server: RecordingSummary[];
let refusal: CallError | undefined;
const list = vi.spyOn(RecordingServer.prototype, 'list');
const opened: RecordingList[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  refusal = undefined;
  server = [];
  // Two on a page; a cursor is how many were before.
  list.mockReset().mockImplementation(async (_room, cursor = '0') => {
    if (refusal) throw refusal;
    const end = Number(cursor) + 2;
    const recordings = server.slice(Number(cursor), end);
    return { recordings, ...(end < server.length && { nextCursor: String(end) }) };
  });
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  vi.useRealTimers();
});

const recording = (id: string, change: Partial<RecordingSummary> = {}) =>
  summaryOf({ id, startedAt: STARTED + 1000 * id.charCodeAt(0), ...change });
async function open() {
  const one = new RecordingList(new RecordingServer(undefined), 'room');
  opened.push(one);
  await vi.advanceTimersByTimeAsync(0);
  return one;
}
const ids = (one: RecordingList) => one.current().recordings?.map(({ id }) => id);

it('follows what happens, soon after a change and ever later without one', async () => {
  server = [recording('a', { status: 'finishing', progress: 0 })];
  const one = await open();
  const waits: number[] = [];
  for (let look = 0; look < 12; look++) {
    const [before, calls] = [Date.now(), list.mock.calls.length];
    while (list.mock.calls.length === calls) await vi.advanceTimersToNextTimerAsync();
    waits.push(Date.now() - before);
  }
  expect(waits.slice(0, 3)).toEqual([2000, 3000, 4500]);
  expect(Math.max(...waits)).toBe(LOOKS.most);
  server = [recording('a', { status: 'finishing', progress: 0.5 })];
  await vi.advanceTimersByTimeAsync(LOOKS.most);
  expect(one.current().recordings?.[0]?.progress).toBe(0.5);
  const calls = list.mock.calls.length;
  await vi.advanceTimersByTimeAsync(LOOKS.first);
  expect(list.mock.calls.length).toBe(calls + 1);
});

it('keeps the older ones that are shown when it looks at the newest again', async () => {
  server = [recording('d'), recording('c'), recording('b'), recording('a')];
  const one = await open();
  expect(ids(one)).toEqual(['d', 'c']);
  await one.more();
  expect(ids(one)).toEqual(['d', 'c', 'b', 'a']);
  expect(one.current().nextCursor).toBeUndefined();
  server = [recording('e'), ...server.filter(({ id }) => id !== 'c')];
  one.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(one)?.slice(0, 2)).toEqual(['e', 'd']);
  expect(ids(one)).toContain('a');
});

it('does not show again what was deleted here, though the server’s list has it still', async () => {
  server = [recording('b'), recording('a')];
  const one = await open();
  vi.spyOn(RecordingServer.prototype, 'delete').mockRejectedValueOnce(
    new CallError('recording_not_found', 'Somebody else was first.'),
  );
  await one.delete('b');
  one.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(one)).toEqual(['a']);
});

it('keeps what it has when the server cannot be reached, and goes on trying', async () => {
  server = [recording('a')];
  const one = await open();
  refusal = new CallError('connection_failed', 'Gone.');
  await vi.advanceTimersByTimeAsync(LOOKS.most);
  expect([ids(one), one.current().error?.code]).toEqual([['a'], 'connection_failed']);
  refusal = undefined;
  await vi.advanceTimersByTimeAsync(LOOKS.most * 2);
  expect(one.current().error).toBeUndefined();
});

it('does not go on asking where it may not', async () => {
  refusal = new CallError('token_insufficient', 'No.');
  await open();
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves no timer behind, and is told nothing after', async () => {
  const one = await open();
  one.close();
  one.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect([vi.getTimerCount(), list.mock.calls.length]).toEqual([0, 1]);
});
