import { openGrants } from '@parley/protocol/grants';
import { TICKET_TTL_SECONDS, TOKEN_ALGORITHM } from '@parley/protocol/tokens';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { signTicket } from './sign.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a ticket lives exactly as long as it may, also when a second begins while it is made', async () => {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true });
  const privateJwk = { ...(await exportJWK(privateKey)), kty: 'OKP' };
  const key = { kid: 'k', privateJwk, expiresAt: 0, refreshAt: 0 };
  const RealDate = Date;
  let now = RealDate.now();
  /** A clock that goes on by a second at each look. */
  class Clock extends RealDate {
    constructor() {
      super(Clock.now());
    }

    static override now(): number {
      now += 1000;
      return now;
    }
  }
  vi.stubGlobal('Date', Clock);
  const grants = openGrants(1_000_000);
  const content = { room: 'r', session: 1, epoch: 1, grants, requestOffers: false };
  const { iat = 0, exp = 0 } = decodeJwt(await signTicket(key, 'node-1', 'p', content));
  expect(exp - iat).toBe(TICKET_TTL_SECONDS);
});
