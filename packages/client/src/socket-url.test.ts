import { expect, it } from 'vitest';
import { socketUrl } from './socket-url.ts';

it.each([
  ['http://localhost:8080', 'ws://localhost:8080/ws?room=a'],
  ['https://meet.example/', 'wss://meet.example/ws?room=a'],
  ['https://example.org/parley/?x=1#y', 'wss://example.org/parley/ws?room=a'],
  ['wss://meet.example', 'wss://meet.example/ws?room=a'],
])('%s → %s', (base, expected) => {
  expect(socketUrl(base, 'a').href).toBe(expected);
});

it('escapes the room', () => {
  expect(socketUrl('http://h', 'a&b c').search).toBe('?room=a%26b+c');
});

it('refuses other schemes', () => {
  expect(() => socketUrl('ftp://h', 'a')).toThrow(TypeError);
});
