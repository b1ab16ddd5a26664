import { mintApiToken } from '@parley/server/mint-token';
import { expect, it } from 'vitest';
import { shownClaims } from './shown-claims.ts';

const apiKey = { id: 'new', secret: 'the-newer-api-secret-of-tests-000000' };

it('verifies a request’s token once, and never takes one request’s for another’s', async () => {
  const headers = { Authorization: `Bearer ${await mintApiToken({ apiKey })}` };
  const request = new Request('https://edge.example/api/rooms', { headers });
  const first = shownClaims(request);
  expect(shownClaims(request), 'the same look').toBe(first);
  expect(await first).toMatchObject({ api: true });
  expect(await shownClaims(new Request('https://edge.example/api/rooms'))).toBeUndefined();
});
