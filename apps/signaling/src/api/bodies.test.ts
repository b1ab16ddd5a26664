import { mintApiToken } from '@parley/server/mint-token';
import { describe, expect, it } from 'vitest';
import { NEW_KEY } from '../testing/api-keys.ts';
import { ask } from '../testing/test-socket.ts';

const JSON_TYPE: Record<string, string> = { 'Content-Type': 'application/json' };
const send = (method: string, path: string, headers: Record<string, string>, body?: string) =>
  ask(path, { method, headers, ...(body !== undefined && { body }) });

describe('the body of a request', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json;',
    'application/json ; charset=utf-8',
    'application/json; charset="utf-8"',
    'application/merge-patch+json',
  ])('is read as %s', async (type) => {
    const answer = await send('POST', '/api/rooms', { 'Content-Type': type }, '{"name":"Read"}');
    expect([answer.status, (await answer.json<{ name?: string }>()).name]).toEqual([201, 'Read']);
  });

  it('is needed where nothing is asked without one', async () => {
    const Authorization = `Bearer ${await mintApiToken({ apiKey: NEW_KEY })}`;
    await send('POST', '/api/rooms', JSON_TYPE, '{"id":"there"}');
    for (const [method, path] of [
      ['POST', '/api/tokens'],
      ['PATCH', '/api/rooms/there'],
    ] as const) {
      for (const type of [{}, JSON_TYPE]) {
        const answer = await send(method, path, { Authorization, ...type });
        const { code } = await answer.json<{ code?: string }>();
        expect([path, answer.status, code]).toEqual([path, 400, 'bad_json']);
      }
    }
  });

  it('may be left out to make a room', async () => {
    expect((await send('POST', '/api/rooms', {})).status).toBe(201);
  });
});
