import { expect, it } from 'vitest';
import { testLink } from './test-link.ts';

/** A token as the page reads it: it does not check the signature. */
function tokenFor(room: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ sub: 'Zoë', room })}.signature`;
}

const link = (search: string, hash: string) => testLink({ pathname: '/test', search, hash });

it('without anything is of a room of its own', () => {
  expect(link('', '')).toEqual({});
});

it('takes the room that the address names, else the token’s', () => {
  const token = tokenFor('stand-up');
  expect(link('?room=other', `#token=${token}`)).toEqual({ room: 'other', token });
  expect(link('', `#token=${token}&receiver=second`)).toEqual({
    room: 'stand-up',
    token,
    receiverToken: 'second',
  });
});

it.each(['#token=broken', `#token=${tokenFor('*')}`])(
  'makes a room where the token names none: %s',
  (hash) => {
    expect(link('', hash).room).toBeUndefined();
  },
);
