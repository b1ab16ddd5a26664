import { CLOCK_TOLERANCE_SECONDS, MAX_ACCESS_TOKEN_LENGTH } from '@parley/protocol/access-token';
import { mintToken } from '@parley/server/mint-token';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { remoteKeys } from './remote-keys.ts';
import { verifyAccessToken } from './verify-access-token.ts';

const key = { id: 'k1', secret: 'a-secret-of-tests-with-32-characters' };
const keys = new Map([[key.id, key.secret]]);
const now = Math.floor(Date.now() / 1000);
const claims = { iss: key.id, sub: 'ann', room: 'r', exp: now + 60 };

/** Signs anything, also what nobody should. */
function sign(payload: JWTPayload, header: object = {}, secret: CryptoKey | string = key.secret) {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(bytes);
}
const base64url = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const unsigned = (alg: string) => `${base64url({ alg })}.${base64url(claims)}.`;
const codeOf = (token: string, issuers: Parameters<typeof verifyAccessToken>[1] = { keys }) =>
  verifyAccessToken(token, issuers).then(
    () => 'valid',
    (error: { code?: string }) => error.code ?? error,
  );

describe('tokens of API keys', () => {
  it('are what the server package mints', async () => {
    const grants = { moderate: true };
    const token = await mintToken({ apiKey: key, identity: 'ann', name: 'Ann', room: 'r', grants });
    expect(await verifyAccessToken(token, { keys })).toMatchObject({
      iss: 'k1',
      sub: 'ann',
      name: 'Ann',
      room: 'r',
      grants,
    });
  });

  it('may be a little late or early, as clocks differ', async () => {
    expect(await codeOf(await sign({ ...claims, exp: now - CLOCK_TOLERANCE_SECONDS + 5 }))).toBe('valid');
    expect(await codeOf(await sign({ ...claims, nbf: now + CLOCK_TOLERANCE_SECONDS - 2 }))).toBe('valid');
  });

  it.each<[string, string, () => string | Promise<string>]>([
    ['nonsense', 'token_malformed', () => 'nonsense'],
    ['three parts of nonsense', 'token_malformed', () => 'a.b.c'],
    ['one that is too long', 'token_malformed', () => 'x'.repeat(MAX_ACCESS_TOKEN_LENGTH + 1)],
    ['one without a signature', 'token_malformed', () => unsigned('none')],
    ['one whose signature was cut off', 'token_bad_signature', () => unsigned('HS256')],
    ['another HMAC', 'token_malformed', () => unsigned('HS512')],
    ['another kind of token', 'token_malformed', () => sign(claims, { typ: 'parley-ticket+jwt' })],
    [
      'critical headers that nobody knows',
      'token_malformed',
      () => `${base64url({ alg: 'HS256', crit: ['x'], x: 1 })}.${base64url(claims)}.eA`,
    ],
    ['no exp', 'token_malformed', () => sign({ iss: 'k1', sub: 'ann', room: 'r' })],
    ['grants that are none', 'token_malformed', () => sign({ ...claims, grants: { publish: 'all' } })],
    ['a room that can be none', 'token_malformed', () => sign({ ...claims, room: 'a b' })],
    ['another secret', 'token_bad_signature', () => sign(claims, {}, `${key.secret}x`)],
    ['a key that is not there', 'token_unknown_issuer', () => sign({ ...claims, iss: 'k2' })],
    ['no issuer', 'token_unknown_issuer', () => sign({ sub: 'ann', exp: now + 60 })],
    ['what every object has', 'token_unknown_issuer', () => sign({ ...claims, iss: '__proto__' })],
    [
      'one that has expired',
      'token_expired',
      () => sign({ ...claims, exp: now - CLOCK_TOLERANCE_SECONDS - 1 }),
    ],
    ['one that is for later', 'token_expired', () => sign({ ...claims, nbf: now + 60 })],
    ['a public key’s, without any here', 'token_unknown_issuer', () => unsigned('RS256')],
  ])('refuses %s: %s', async (_, code, token) => {
    expect(await codeOf(await token())).toBe(code);
  });

  it('can be signed with either key in a rotation, and not with one that was removed', async () => {
    const next = { id: 'k2', secret: 'another-secret-of-tests-of-32-characters' };
    const both = new Map([...keys, [next.id, next.secret]]);
    const [old, fresh] = await Promise.all(
      [key, next].map((apiKey) => mintToken({ apiKey, identity: 'a', room: 'r' })),
    );
    expect(await codeOf(old ?? '', { keys: both })).toBe('valid');
    expect(await codeOf(fresh ?? '', { keys: both })).toBe('valid');
    const rotated = { keys: new Map([[next.id, next.secret]]) };
    expect(await codeOf(old ?? '', rotated)).toBe('token_unknown_issuer');
    expect(await codeOf(fresh ?? '', rotated)).toBe('valid');
  });
});

describe('tokens of an issuer with public keys', () => {
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
  const pairs = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
  const published: object[] = [];
  let looks = 0;
  const serve = async () => {
    looks += 1;
    return Response.json({ keys: published });
  };
  const issuer = (fetcher: () => Promise<Response> = serve) => ({
    keys,
    jwks: { keys: remoteKeys('https://issuer.example/keys', fetcher) },
  });
  const signed = (alg: string, kid = alg) =>
    sign({ ...claims, iss: 'https://issuer.example' }, { alg, kid }, pairs.get(alg)?.privateKey);

  beforeAll(async () => {
    for (const alg of algorithms) {
      const pair = await generateKeyPair(alg, { extractable: true });
      pairs.set(alg, pair);
      published.push({ ...(await exportJWK(pair.publicKey)), alg, kid: alg, use: 'sig' });
    }
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('are valid with every algorithm, and the keys are got once', async () => {
    const issuers = issuer();
    looks = 0;
    for (const alg of algorithms)
      expect([alg, await codeOf(await signed(alg), issuers)]).toEqual([alg, 'valid']);
    expect(looks).toBe(1);
  });

  it('stand beside those of API keys', async () => {
    expect(await codeOf(await sign(claims), issuer())).toBe('valid');
  });

  it('a public key is no secret: whoever signs with it as one is refused', async () => {
    const confused = await sign({ ...claims, iss: 'RS256' }, { kid: 'RS256' }, JSON.stringify(published[0]));
    expect(await codeOf(confused, issuer())).toBe('token_unknown_issuer');
    const named = await sign(claims, { kid: 'RS256' }, JSON.stringify(published[0]));
    expect(await codeOf(named, issuer())).toBe('token_bad_signature');
  });

  it('that are for something else, or of somebody else who has a key there, are refused', async () => {
    const { keys: all, jwks } = issuer();
    const expecting = (expected: { issuer?: string; audience?: string }) => ({
      keys: all,
      jwks: { ...jwks, ...expected },
    });
    const key = pairs.get('ES256')?.privateKey;
    const of = (extra: object) =>
      sign({ ...claims, iss: 'https://issuer.example', ...extra }, { alg: 'ES256', kid: 'ES256' }, key);
    const [plain, ours, others] = [
      await of({}),
      await of({ aud: ['wiki', 'parley'] }),
      await of({ aud: 'wiki' }),
    ];
    const audience = expecting({ audience: 'parley' });
    expect(await codeOf(ours, audience)).toBe('valid');
    expect(await codeOf(others, audience)).toBe('token_unknown_issuer');
    expect(await codeOf(plain, audience), 'without any').toBe('token_unknown_issuer');
    expect(await codeOf(plain, expecting({ issuer: 'https://issuer.example' }))).toBe('valid');
    expect(await codeOf(plain, expecting({ issuer: 'https://other.example' }))).toBe('token_unknown_issuer');
    expect(await codeOf(await sign(claims), audience), 'API keys sign for this server only').toBe('valid');
  });

  it('with another’s key are refused', async () => {
    const stranger = await generateKeyPair('ES256');
    const forged = await sign(claims, { alg: 'ES256', kid: 'ES256' }, stranger.privateKey);
    expect(await codeOf(forged, issuer())).toBe('token_bad_signature');
  });

  it('with a key that is not there do not have it looked for again and again', async () => {
    const issuers = issuer();
    looks = 0;
    for (let i = 0; i < 5; i++)
      expect(await codeOf(await signed('ES256', `new-${i}`), issuers)).toBe('token_unknown_issuer');
    expect(looks).toBe(1);
  });

  it('do not have an issuer that fails asked for each of them', async () => {
    looks = 0;
    const issuers = issuer(async () => {
      looks += 1;
      return new Response('', { status: 500 });
    });
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
    for (let i = 0; i < 20; i++) {
      expect(await codeOf(await signed('ES256', `made-up-${i}`), issuers)).toBe('token_issuer_unavailable');
    }
    expect(looks).toBe(1);
    vi.setSystemTime(Date.now() + 1_000);
    await codeOf(await signed('ES256'), issuers);
    expect(looks, 'and again a second later').toBe(2);
  });

  it.each<[string, () => Promise<Response>]>([
    ['nobody answers', () => Promise.reject(new TypeError('unreachable'))],
    ['they take too long', () => Promise.reject(new DOMException('late', 'TimeoutError'))],
    ['there is an error', async () => new Response('', { status: 500 })],
    ['it is a page', async () => new Response('<html>')],
  ])('cannot be told while %s, which passes', async (_, answer) => {
    let works = false;
    const issuers = issuer(() => (works ? serve() : answer()));
    expect(await codeOf(await signed('ES256'), issuers)).toBe('token_issuer_unavailable');
    works = true;
    vi.useFakeTimers({ now: Date.now() + 1_000, toFake: ['Date'] });
    expect(await codeOf(await signed('ES256'), issuers)).toBe('valid');
  });
});
