import type { SessionDescription } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { readDtls, readIce } from './transport-attributes.ts';

const SHA_1 = Array(20).fill('ab').join(':');

function session(attributes: Partial<SessionDescription>): SessionDescription {
  return attributes as SessionDescription;
}

describe('readDtls', () => {
  it.each([
    ['actpass', 'client'],
    ['active', 'client'],
    ['passive', 'server'],
    [undefined, 'client'],
  ])('makes of a=setup:%s a %s', (setup, role) => {
    const fingerprint = { type: 'SHA-1', hash: SHA_1 };
    expect(readDtls(session({ fingerprint, ...(setup && { setup }) }))).toEqual({
      role,
      fingerprints: [{ algorithm: 'sha-1', value: SHA_1.toUpperCase() }],
    });
  });

  it('prefers the m-line to the session', () => {
    const media = { setup: 'passive', fingerprint: { type: 'sha-1', hash: SHA_1 } };
    expect(readDtls(session({ setup: 'active' }), media as never).role).toBe('server');
  });

  it.each([
    ['md5', SHA_1],
    ['sha-256', SHA_1],
    ['sha-1', SHA_1.replace('ab', 'xy')],
    ['sha-1', SHA_1.replaceAll(':', '')],
    ['constructor', SHA_1],
  ])('refuses %s %s', (type, hash) => {
    expect(() => readDtls(session({ fingerprint: { type, hash } }))).toThrow(
      expect.objectContaining({ code: 'sdp_no_fingerprint' }),
    );
  });

  it('refuses other values of a=setup', () => {
    const fingerprint = { type: 'sha-1', hash: SHA_1 };
    expect(() => readDtls(session({ fingerprint, setup: 'holdconn' }))).toThrow(
      expect.objectContaining({ code: 'sdp_unsupported' }),
    );
  });
});

describe('readIce', () => {
  it('reads credentials, those that look like numbers too', () => {
    const pair = { iceUfrag: 1234 as unknown as string, icePwd: '1234567890123456789012' };
    expect(readIce(session(pair))).toEqual({ usernameFragment: '1234', password: '1234567890123456789012' });
  });

  it.each([
    [undefined, 'x'.repeat(22)],
    ['abc', 'x'.repeat(22)],
    ['abcd', 'x'.repeat(21)],
    ['ab d', 'x'.repeat(22)],
    ['abcd', 'x'.repeat(257)],
  ])('refuses %s and %s', (iceUfrag, icePwd) => {
    expect(() => readIce(session({ icePwd, ...(iceUfrag && { iceUfrag }) }))).toThrow(
      expect.objectContaining({ code: 'sdp_no_ice' }),
    );
  });
});
