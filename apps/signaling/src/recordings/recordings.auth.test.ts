import { env } from 'cloudflare:workers';
import { mintApiToken, mintToken } from '@parley/server/mint-token';
import { beforeEach, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { NEW_KEY } from '../testing/api-keys.ts';
import { open } from '../testing/test-recording.ts';
import { RecordingObject } from './recording-object.ts';

type Claims = Omit<Parameters<typeof mintToken>[0], 'apiKey'>;
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const token = async (claims: Claims) => bearer(await mintToken({ apiKey: NEW_KEY, ...claims }));

beforeEach(async () => {
  await open('rec-1', { roomId: 'mine' });
  await RecordingObject.of(env, 'rec-1').stopped({ at: 1, reason: 'stopped' });
});

const PATHS = [
  '/api/recordings',
  '/api/rooms/mine/recordings',
  '/api/recordings/rec-1',
  '/api/recordings/rec-none',
];

it('shows recordings to servers, and to those who may record in the room that they are of', async () => {
  const statuses = async (headers: Record<string, string>) =>
    Promise.all(PATHS.map(async (path) => (await call('GET', path, undefined, headers)).status));
  expect(await statuses({})).toEqual([401, 401, 401, 401]);
  expect(await statuses(bearer(await mintApiToken({ apiKey: NEW_KEY })))).toEqual([200, 200, 200, 404]);
  const grants = { record: true };
  // That there is none is told to nobody who could not see it.
  expect(await statuses(await token({ identity: 'ann', room: 'mine', grants }))).toEqual([
    403, 200, 200, 403,
  ]);
  expect(await statuses(await token({ identity: 'ann', room: 'mine' }))).toEqual([403, 403, 403, 403]);
  expect(await statuses(await token({ identity: 'ann', room: 'other', grants }))).toEqual([
    403, 403, 403, 403,
  ]);
});

it('deletes for them, and for nobody else', async () => {
  const remove = async (headers: Record<string, string>) =>
    (await call('DELETE', '/api/recordings/rec-1', undefined, headers)).status;
  const grants = { record: true };
  expect(await remove(await token({ identity: 'ann', room: 'other', grants }))).toBe(403);
  expect(await remove(await token({ identity: 'ann', room: 'mine', grants }))).toBe(204);
});

it('gives files to nobody without a token or a link', async () => {
  const path = '/api/recordings/rec-1/media?file=files/a.webm';
  const code = async (headers: Record<string, string>, query = '') =>
    (await call('GET', `${path}${query}`, undefined, headers)).body['code'];
  expect(await code({})).toBe('token_missing');
  expect(await code({}, '&token=x.y.z')).toBe('token_expired');
  expect(await code(await token({ identity: 'ann', room: 'mine' }))).toBe('token_insufficient');
  expect(await code(await token({ identity: 'ann', room: 'mine', grants: { record: true } }))).toBe(
    'recording_unfinished',
  );
});
