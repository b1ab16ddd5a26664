import { env } from 'cloudflare:workers';
import { prefixOf } from '@parley/protocol/residency';
import { RecordingList } from '@parley/protocol/rest';
import { expect, it, vi } from 'vitest';
import { DirectoryObject } from '../directory/directory-object.ts';
import { call } from '../testing/api.ts';
import { inside, later, open } from '../testing/test-recording.ts';
import { joinRoom } from '../testing/test-socket.ts';
import { RecordingObject } from './recording-object.ts';

const list = async (path: string) => RecordingList.parse((await call('GET', path)).body);
const ids = async (path: string) => (await list(path)).recordings.map(({ id }) => id);

it('lists recordings of a room, newest first, whether there is one or not', async () => {
  await joinRoom('standup', 'Ann');
  await open('rec-1', { startedAt: 1 });
  await open('rec-2', { startedAt: 2 });
  await open('rec-other', { roomId: 'other', startedAt: 3 });
  await expect.poll(() => ids('/api/rooms/standup/recordings')).toEqual(['rec-2', 'rec-1']);
  await call('DELETE', '/api/rooms/standup');
  expect(await ids('/api/rooms/standup/recordings')).toEqual(['rec-2', 'rec-1']);
  expect(await ids('/api/rooms/nowhere/recordings')).toEqual([]);
  await RecordingObject.of(env, 'rec-1').stopped({ at: 5, reason: 'stopped' });
  await expect
    .poll(async () => (await list('/api/rooms/standup/recordings')).recordings[1])
    .toMatchObject({ id: 'rec-1', status: 'finishing', stoppedAt: 5, bytes: 0 });
});

it('lists those of all rooms and jurisdictions, in pages', async () => {
  const all = ['rec-5', 'eu~rec-4', 'rec-3', 'rec-2', 'rec-1'];
  for (const [index, id] of all.entries()) {
    const roomId = id.startsWith(prefixOf('eu')) ? 'eu~board' : `room-${index}`;
    await open(id, { roomId, startedAt: 5 - index });
  }
  await expect.poll(() => ids('/api/recordings')).toEqual(all);
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await list(`/api/recordings?limit=2${cursor}`);
    seen.push(...page.recordings.map(({ id }) => id));
    cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  expect(seen).toEqual(all);
  expect((await call('GET', '/api/recordings?cursor=x')).body).toMatchObject({ code: 'invalid_message' });
});

it('tells a list again that could not be told', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const report = vi.spyOn(DirectoryObject.prototype, 'reportRecording').mockImplementation(() => {
    throw new Error('the shard is away');
  });
  await open('rec-1');
  await expect.poll(() => report.mock.calls.length).toBe(1);
  expect(await ids('/api/recordings')).toEqual([]);
  report.mockRestore();
  await inside('rec-1', ({ kv }) => kv.put('listed', { ...(kv.get('listed') as object), at: 0 }));
  await later('rec-1', 0);
  await expect.poll(() => ids('/api/recordings')).toEqual(['rec-1']);
  await expect.poll(() => inside('rec-1', ({ kv }) => kv.get('listed'))).not.toHaveProperty('due');
  vi.restoreAllMocks();
});

it('lists nothing that is deleted', async () => {
  await open('rec-1');
  await RecordingObject.of(env, 'rec-1').stopped({ at: 1, reason: 'stopped' });
  await expect.poll(() => ids('/api/recordings')).toEqual(['rec-1']);
  expect((await call('DELETE', '/api/recordings/rec-1')).status).toBe(204);
  await expect.poll(() => ids('/api/recordings')).toEqual([]);
});
