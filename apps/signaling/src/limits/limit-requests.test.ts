import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { webrtcConfig } from '../settings.ts';
import { ask } from '../testing/test-socket.ts';
import { LimiterObject } from './limiter-object.ts';

const limits = webrtcConfig.security.rate_limit;
const shipped = { ...limits };
beforeEach(() => {
  limits.requests_per_minute = 3;
});
afterEach(() => {
  Object.assign(limits, shipped);
  vi.restoreAllMocks();
});

const from = (address: string, path = '/api/rooms', headers = {}) =>
  ask(path, { headers: { 'CF-Connecting-IP': address, ...headers } });
const useUp = (address: string) => Promise.all([1, 2, 3].map(() => from(address)));

it('refuses what is too much with a problem document and the time to wait, to pages as well', async () => {
  expect((await useUp('203.0.113.1')).map(({ status }) => status)).toEqual([200, 200, 200]);
  const refused = await from('203.0.113.1', '/api/rooms', { Origin: 'https://app.example' });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('Content-Type')).toBe('application/problem+json');
  const wait = Number(refused.headers.get('Retry-After'));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(20);
  expect(await refused.json()).toMatchObject({ code: 'too_many_requests', status: 429 });
  expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
  expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
});

it('counts handshakes with them, and touches no room for those it refuses', async () => {
  await useUp('203.0.113.1');
  for (const path of ['/ws', '/ws?room=untouched']) {
    const refused = await from('203.0.113.1', path, { Upgrade: 'websocket' });
    expect([path, refused.status, refused.webSocket]).toEqual([path, 429, null]);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  }
});

it('counts an address, or a /64, by itself; an unknown one not at all', async () => {
  await useUp('2001:db8:1:2::1');
  expect((await from('2001:db8:1:2:ffff::2')).status).toBe(429);
  expect((await from('2001:db8:1:3::1')).status).toBe(200);
  for (let i = 0; i < 5; i++) expect((await ask('/api/rooms')).status).toBe(200);
});

it('leaves monitors, keys and nodes alone', async () => {
  await useUp('203.0.113.1');
  expect((await from('203.0.113.1', '/health')).status).toBe(200);
  expect((await from('203.0.113.1', '/.well-known/jwks.json')).status).toBe(200);
  expect((await from('203.0.113.1', '/internal/fleet')).status).not.toBe(429);
});

it('lets everything through when it is switched off, or when the counter fails', async () => {
  await useUp('203.0.113.1');
  limits.enabled = false;
  expect((await from('203.0.113.1')).status).toBe(200);
  limits.enabled = true;
  expect((await from('203.0.113.1')).status).toBe(429);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(LimiterObject.prototype, 'request').mockRejectedValue(new Error('out of reach'));
  expect((await from('203.0.113.1')).status).toBe(200);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('request not counted'));
});
