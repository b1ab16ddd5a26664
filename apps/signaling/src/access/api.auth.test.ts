import { mintApiToken, mintToken } from '@parley/server/mint-token';
import { describe, expect, it } from 'vitest';
import { app } from '../app.ts';
import { NEW_KEY } from '../testing/api-keys.ts';
import { ask, joinRoom } from '../testing/test-socket.ts';

const JSON_BODY = { 'Content-Type': 'application/json' };
const bearer = (token: string) => ({ headers: { ...JSON_BODY, Authorization: `Bearer ${token}` } });
/** The API’s description. */
const OPEN = ['/api/openapi.json', '/api/docs'];
const codeOf = async (answer: Response) => (await answer.json<{ code?: string }>()).code;

describe('the API where tokens are required', () => {
  it('has no route that opens without one, but for its description', async () => {
    const routes = app.routes.filter(
      ({ method, path }) =>
        method !== 'ALL' && (path.startsWith('/api/') || path === '/metrics') && !OPEN.includes(path),
    );
    expect(routes.length).toBeGreaterThan(3);
    for (const { method, path } of routes) {
      const answer = await ask(path.replace(/:\w+/g, 'x'), { method });
      expect([method, path, answer.status, await codeOf(answer)]).toEqual([
        method,
        path,
        401,
        'token_missing',
      ]);
    }
  });

  it('says where to put one', async () => {
    const answer = await ask('/api/rooms');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
    const { detail } = await answer.json<{ detail: string }>();
    expect(detail).toContain('X-Auth-Token');
    expect(detail).toContain('Authorization: Bearer');
  });

  it.each([
    ['Authorization: Bearer', (token: string) => ({ Authorization: `Bearer ${token}` })],
    ['the header of the configuration', (token: string) => ({ 'X-Auth-Token': token })],
  ])('opens with a server’s token in %s', async (_, headers) => {
    const init = { headers: { ...JSON_BODY, ...headers(await mintApiToken({ apiKey: NEW_KEY })) } };
    expect((await ask('/api/rooms', { ...init, method: 'POST', body: '{"id":"r"}' })).status).toBe(201);
    const list = await ask('/api/rooms', init);
    // A cache in between knows nothing of the configuration's header.
    expect([list.status, list.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
    expect((await ask('/api/rooms/r', { ...init, method: 'DELETE' })).status).toBe(204);
  });

  it('shows a participant its own room and nothing else', async () => {
    const server = bearer(await mintApiToken({ apiKey: NEW_KEY }));
    await ask('/api/rooms', { ...server, method: 'POST', body: '{"id":"own"}' });
    const own = bearer(await mintToken({ apiKey: NEW_KEY, identity: 'ann', room: 'own' }));
    expect((await ask('/api/rooms/own', own)).status).toBe(200);
    expect(await codeOf(await ask('/api/rooms/other', own))).toBe('token_wrong_room');
    expect(await codeOf(await ask('/api/rooms', own))).toBe('token_insufficient');
    expect(await codeOf(await ask('/api/rooms/own', { ...own, method: 'DELETE' }))).toBe(
      'token_insufficient',
    );
  });

  it('shows a room to nobody who is banned from it', async () => {
    const server = bearer(await mintApiToken({ apiKey: NEW_KEY }));
    const token = await mintToken({ apiKey: NEW_KEY, identity: 'eve', room: 'barred' });
    const { participantId } = await joinRoom('barred', 'eve', '/ws', { token });
    expect((await ask('/api/rooms/barred', bearer(token))).status).toBe(200);
    const kick = `/api/rooms/barred/participants/${participantId}?banSeconds=600`;
    expect((await ask(kick, { ...server, method: 'DELETE' })).status).toBe(204);
    for (const path of ['', '/participants', '/stats']) {
      expect(await codeOf(await ask(`/api/rooms/barred${path}`, bearer(token))), path).toBe('banned');
    }
    expect((await ask('/api/rooms/barred', server)).status).toBe(200);
  });

  it('lets nobody undo with a token what a room has taken from its owner', async () => {
    const mint = (identity: string, record = false) =>
      mintToken({ apiKey: NEW_KEY, identity, room: 'r', grants: { moderate: true, record } });
    const join = async (identity: string) =>
      (await joinRoom('r', identity, '/ws', { token: await mint(identity) })).participantId;
    const act = async (identity: string, method: string, path: string, grants?: object) => {
      const body = grants === undefined ? {} : { body: JSON.stringify({ grants }) };
      const answer = await ask(`/api/rooms/r/${path}`, { ...bearer(await mint(identity)), method, ...body });
      return answer.ok ? answer.status : codeOf(answer);
    };
    const [mod, bad] = [await join('mod'), await join('bad')];
    const [modAt, badAt] = [`participants/${mod}`, `participants/${bad}`];
    expect(await act('bad', 'PATCH', badAt, { record: true }), 'its token may not record').toBe('forbidden');
    expect(await act('mod', 'PATCH', badAt, { moderate: false })).toBe(200);
    expect(await act('bad', 'DELETE', modAt), 'it moderates no more').toBe('forbidden');
    expect(await act('bad', 'PATCH', badAt, { moderate: true })).toBe('forbidden');
    expect(await act('mod', 'DELETE', `${badAt}?banSeconds=600`)).toBe(204);
    expect(await act('bad', 'DELETE', `bans/${bad}`), 'it is banned').toBe('banned');
    expect(await act('mod', 'DELETE', `bans/${bad}`)).toBe(204);
    expect(await act('bad', 'DELETE', modAt)).toBe(204);
  });

  it('lets record who has the grant, in its token and in the room', async () => {
    const mint = (identity: string, grants: object) =>
      mintToken({ apiKey: NEW_KEY, identity, room: 'studio', grants });
    const mod = await mint('mod', { moderate: true });
    const rec = await mint('rec', { record: true });
    const start = async (token: string, what = 'start') =>
      codeOf(
        await ask(`/api/rooms/studio/recording/${what}`, { ...bearer(token), method: 'POST', body: '{}' }),
      );
    await joinRoom('studio', 'mod', '/ws', { token: mod });
    const { participantId } = await joinRoom('studio', 'rec', '/ws', { token: rec });
    expect(await start(mod), 'to moderate is not to record').toBe('token_insufficient');
    expect(await start(rec), 'it may; nobody is there to record').toBe('recording_unavailable');
    expect(await start(rec, 'stop')).toBe('recording_inactive');
    const body = JSON.stringify({ grants: { record: false } });
    const path = `/api/rooms/studio/participants/${participantId}`;
    expect((await ask(path, { ...bearer(mod), method: 'PATCH', body })).status).toBe(200);
    expect(await start(rec), 'the room has taken it').toBe('forbidden');
    expect(await start(rec, 'stop')).toBe('forbidden');
    expect(await start(await mintApiToken({ apiKey: NEW_KEY }))).toBe('recording_unavailable');
  });

  it('refuses a wrong token with its code, as a problem document', async () => {
    const answer = await ask('/api/rooms', bearer('nonsense'));
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'token_malformed']);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('leaves health and the public keys open, and lets pages send tokens', async () => {
    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/.well-known/jwks.json')).status).toBe(200);
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' };
    const preflight = await ask('/api/rooms/own', { method: 'OPTIONS', headers });
    const allowed = preflight.headers.get('Access-Control-Allow-Headers');
    expect(allowed).toContain('Authorization');
    expect(allowed).toContain('X-Auth-Token');
  });
});
