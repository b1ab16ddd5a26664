import { expect, it } from 'vitest';
import { turnServers, turnTransport } from './turn-url.ts';

it.each([
  ['turn:turn.example.com', 'udp'],
  ['turn:turn.example.com:3478?transport=udp', 'udp'],
  ['turn:[2001:db8::1]:3478?transport=tcp', 'tcp'],
  ['turns:turn.example.com:443?transport=tcp', 'tls'],
  ['turns:turn.example.com', 'tls'],
  ['turns:turn.example.com?transport=udp', undefined],
  ['stun:stun.example.com', undefined],
])('%s is TURN over %s', (url, expected) => {
  expect(turnTransport(url)).toBe(expected);
});

it('leaves of the servers what is spoken to in one way, with its credentials', () => {
  const servers: RTCIceServer[] = [
    { urls: 'stun:stun.example.com' },
    { urls: ['turn:a', 'turn:a?transport=tcp'], username: 'u', credential: 'c' },
  ];
  expect(turnServers(servers, 'tcp')).toEqual([
    { urls: ['turn:a?transport=tcp'], username: 'u', credential: 'c' },
  ]);
  expect(turnServers(servers, 'tls')).toEqual([]);
});
