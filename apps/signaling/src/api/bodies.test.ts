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

  it.each([{}, JSON_TYPE])('may be left out where nothing has to be said, with %j', async (headers) => {
    expect((await send('POST', '/api/rooms', headers)).status).toBe(201);
    await send('POST', '/api/rooms', JSON_TYPE, '{"id":"left-out"}');
    for (const body of [undefined, '']) {
      const start = await send('POST', '/api/rooms/left-out/recording/start', headers, body);
      expect(await start.json()).toMatchObject({ code: 'recording_unavailable' });
    }
  });

  it('may not ask for a recording of which something is not known: a slip would record more than is wanted', async () => {
    await send('POST', '/api/rooms', JSON_TYPE, '{"id":"slip"}');
    for (const [method, path, body] of [
      ['POST', '/api/rooms/slip/recording/start', '{"audioonly":true}'],
      ['PATCH', '/api/rooms/slip', '{"autoRecord":{"audioonly":true}}'],
      ['POST', '/api/rooms', '{"autoRecord":{"audioonly":true}}'],
    ] as const) {
      const answer = await send(method, path, JSON_TYPE, body);
      const { code, detail } = await answer.json<{ code?: string; detail?: string }>();
      expect([path, answer.status, code]).toEqual([path, 400, 'invalid_message']);
      expect(detail).toContain('audioonly');
    }
  });
});
