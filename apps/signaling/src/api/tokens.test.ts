import { mintApiToken } from '@parley/server/mint-token';
import { describe, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { joinRoom } from '../testing/test-socket.ts';

const apiKey = { id: 'new', secret: 'the-newer-api-secret-of-tests-000000' };
const request = { identity: 'u-1', name: 'Ann', room: 'tokened', grants: { moderate: true } };

describe('POST /api/tokens', () => {
  it('makes a token with which a participant joins', async () => {
    const headers = { Authorization: `Bearer ${await mintApiToken({ apiKey })}` };
    const { status, body } = await call('POST', '/api/tokens', { ...request, ttlSeconds: 60 }, headers);
    expect(status).toBe(201);
    expect(Number(body['expiresAt']) - Date.now()).toBeLessThanOrEqual(60_000);
    const { joined } = await joinRoom('tokened', 'whoever', undefined, { token: body['token'] });
    expect(joined).toMatchObject({ grants: { moderate: true, record: false } });
    expect((await call('GET', '/api/rooms/tokened')).body).toMatchObject({
      participants: [{ name: 'Ann', identity: 'u-1', moderator: true }],
    });
  });

  it('makes none for who shows none with api, though none is required here', async () => {
    expect((await call('POST', '/api/tokens', request)).body['code']).toBe('token_missing');
    const headers = { Authorization: `Bearer ${await mintApiToken({ apiKey })}` };
    const { token } = (await call('POST', '/api/tokens', request, headers)).body;
    const again = await call('POST', '/api/tokens', request, { Authorization: `Bearer ${token}` });
    expect(again.body['code']).toBe('token_insufficient');
  });
});
