import { readdirSync, readFileSync } from 'node:fs';
import { AccessTokenClaims } from '@parley/protocol/access-token';
import { jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { mintApiToken, mintToken } from './mint-token.ts';

const apiKey = { id: 'k1', secret: 'a-secret-of-tests-with-32-characters' };

async function read(token: string) {
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(apiKey.secret));
  return { ...AccessTokenClaims.parse(payload), header: protectedHeader };
}

it('mints what the edge reads', async () => {
  const grants = { publish: ['camera' as const], record: true };
  const claims = await read(
    await mintToken({ apiKey, identity: 'ann', name: 'Ann', room: 'r', grants, ttlSeconds: 30 }),
  );
  expect(claims).toMatchObject({ iss: 'k1', sub: 'ann', name: 'Ann', room: 'r', grants });
  expect(claims.header).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(claims.exp - (claims.iat ?? 0)).toBe(30);
});

it('says nothing that it was not told, and lives ten minutes, or one for the API', async () => {
  const plain = await read(await mintToken({ apiKey, identity: 'ann', room: '*' }));
  expect(Object.keys(plain).sort()).toEqual(['exp', 'header', 'iat', 'iss', 'room', 'sub']);
  expect(plain.exp - (plain.iat ?? 0)).toBe(600);
  const api = await read(await mintApiToken({ apiKey }));
  expect(Object.keys(api).sort()).toEqual(['api', 'exp', 'header', 'iat', 'iss']);
  expect(api.exp - (api.iat ?? 0)).toBe(60);
});

it('runs wherever there is WebCrypto: nothing of one runtime alone is imported or named', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(1);
  for (const name of sources) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const imported = [...text.matchAll(/^import (type )?.*?from '([^']+)';$/gms)];
    const atRunTime = imported.filter(([, type]) => type === undefined).map(([, , from]) => from);
    expect([name, atRunTime.filter((from) => from !== 'jose' && !from?.startsWith('./'))]).toEqual([
      name,
      [],
    ]);
    expect(text, name).not.toMatch(/\b(process|Buffer|Deno|Bun|require)\b/);
  }
});
