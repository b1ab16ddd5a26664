import { tokenProtocol } from '@parley/protocol/client-socket';
import { expect, it } from 'vitest';
import { shownToken } from './shown-token.ts';

it.each([
  [{}, undefined],
  [{ 'X-Auth-Token': 'a' }, 'a'],
  [{ 'X-Auth-Token': 'Bearer a' }, 'a'],
  [{ Authorization: 'bearer a' }, 'a'],
  [{ Authorization: 'Basic a' }, undefined],
  [{ 'Sec-WebSocket-Protocol': `parley, ${tokenProtocol('a')}` }, 'a'],
  [{ 'Sec-WebSocket-Protocol': 'parley' }, undefined],
  [{ 'X-Auth-Token': '', Authorization: 'Bearer b' }, 'b'],
  [{ 'X-Auth-Token': 'a', Authorization: 'Bearer b' }, 'a'],
])('reads the token of %j: %j', (headers, token) => {
  expect(shownToken(new Headers(headers as Record<string, string>), 'X-Auth-Token')).toBe(token);
});

it('the header of the configuration may be Authorization itself', () => {
  expect(shownToken(new Headers({ Authorization: 'Bearer a' }), 'Authorization')).toBe('a');
});
