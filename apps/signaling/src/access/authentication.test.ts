import { mintApiToken, mintToken, type TokenOptions } from '@parley/server/mint-token';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../read-config.ts';
import { admit, authentication, claimsOf } from './authentication.ts';

const apiKey = { id: 'k1', secret: 'a-secret-of-tests-with-32-characters' };
const KEYS = `${apiKey.id}:${apiKey.secret}`;
const settings = (overrides: object = {}, apiKeys: string | undefined = KEYS) =>
  authentication(readConfig({ ...overrides }).webrtc, apiKeys);
const REQUIRED = { PARLEY_SECURITY_REQUIRE_AUTH: true };
const open = settings();
const closed = settings(REQUIRED);
const ann = (more: Partial<TokenOptions> = {}) => mintToken({ apiKey, identity: 'ann', room: 'r', ...more });

describe('what is configured', () => {
  it('does not start where tokens are required and none could be valid', () => {
    expect(() => settings(REQUIRED, '')).toThrow(
      /security\.require_auth.*PARLEY_API_KEYS.*security\.jwks_url/,
    );
    settings({ ...REQUIRED, PARLEY_SECURITY_JWKS_URL: 'https://issuer.example/keys' }, '');
  });

  it('does not start with keys that cannot be read, required or not', () => {
    expect(() => settings({}, 'k1')).toThrow('PARLEY_API_KEYS: key 1');
  });
});

describe('without a token', () => {
  it('everybody may do everything but moderate, where none is required', async () => {
    expect(await admit(open, undefined, 'r')).toEqual({
      grants: {
        publish: ['camera', 'microphone', 'screen', 'screen-audio'],
        subscribe: true,
        data: true,
        record: true,
        moderate: false,
        maxBitrate: 5_000_000,
      },
    });
  });

  it('nobody gets in where one is, and is told every place for it', async () => {
    const refusal = await admit({ ...closed, header: 'X-Meet' }, undefined, 'r');
    expect(refusal).toMatchObject({ code: 'token_missing' });
    for (const place of ['X-Meet', 'Authorization: Bearer', 'join.token', 'token.<JWT>']) {
      expect(refusal).toMatchObject({ message: expect.stringContaining(place) });
    }
  });
});

describe.each([
  ['required', closed],
  ['not required', open],
])('a token that is %s', (_, config) => {
  it('says who it is and what it may do, with defaults', async () => {
    expect(await admit(config, await ann({ name: 'Ann' }), 'r')).toEqual({
      identity: 'ann',
      name: 'Ann',
      grants: {
        publish: ['camera', 'microphone', 'screen', 'screen-audio'],
        subscribe: true,
        data: true,
        record: false,
        moderate: false,
        maxBitrate: 5_000_000,
      },
    });
  });

  it('changes only what it names, and allows no more than the server', async () => {
    const grants = { publish: ['microphone' as const], moderate: true, maxBitrate: 9_000_000 };
    expect(await admit(config, await ann({ grants }), 'r')).toMatchObject({
      grants: { publish: ['microphone'], subscribe: true, moderate: true, maxBitrate: 5_000_000 },
    });
    expect(await admit(config, await ann({ grants: { maxBitrate: 1000 } }), 'r')).toMatchObject({
      grants: { maxBitrate: 1000 },
    });
  });

  it('opens its room, or any', async () => {
    expect(await admit(config, await ann({ room: '*' }), 'r')).toHaveProperty('grants');
    expect(await admit(config, await ann(), 'other')).toMatchObject({ code: 'token_wrong_room' });
  });

  it('is refused where it is wrong', async () => {
    expect(await admit(config, 'nonsense', 'r')).toMatchObject({ code: 'token_malformed' });
    const other = { id: 'k2', secret: apiKey.secret };
    expect(await admit(config, await ann({ apiKey: other }), 'r')).toMatchObject({
      code: 'token_unknown_issuer',
    });
  });

  it('is refused where it names no room, or nobody', async () => {
    expect(await admit(config, await mintApiToken({ apiKey }), 'r')).toMatchObject({
      code: 'token_wrong_room',
    });
    const nobody = await mintToken({ apiKey, identity: undefined as unknown as string, room: 'r' });
    expect(await admit(config, nobody, 'r')).toMatchObject({ code: 'token_insufficient' });
  });
});

it('any token is of an unknown issuer where nothing says whose count', async () => {
  expect(await admit(settings({}, ''), await ann(), 'r')).toMatchObject({ code: 'token_unknown_issuer' });
});

it('a wrong token of a request is as none while all is open, and an error otherwise', async () => {
  expect(await claimsOf(open, 'nonsense')).toBeUndefined();
  await expect(claimsOf(closed, 'nonsense')).rejects.toMatchObject({ code: 'token_malformed' });
});
