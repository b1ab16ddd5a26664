import { expect, it } from 'vitest';
import { isAllowedOrigin } from './origins.ts';

const HERE = 'https://meet.example.com/ws';
const LIST = ['https://app.example.com'];

it.each([
  ['the list', 'https://app.example.com', LIST, true],
  ['the server’s own page', 'https://meet.example.com', LIST, true],
  ['no browser at all', undefined, LIST, true],
  ['anybody, when all are allowed', 'https://evil.example', ['*'], true],
  ['a stranger', 'https://evil.example', LIST, false],
  ['a look-alike', 'https://app.example.com.evil.example', LIST, false],
  ['another scheme', 'http://app.example.com', LIST, false],
  ['another port of this host', 'https://meet.example.com:8443', LIST, false],
  ['a sandboxed frame', 'null', LIST, false],
])('judges %s', (_, origin, allowed, expected) => {
  expect(isAllowedOrigin(origin, HERE, allowed)).toBe(expected);
});
