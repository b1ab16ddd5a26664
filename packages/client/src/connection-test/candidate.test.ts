import { expect, it } from 'vitest';
import { formatCandidate, parseCandidate } from './candidate.ts';

it.each([
  ['udpcandidate 1 udp 1076558079 192.0.2.1 20000 typ host', 'udp 192.0.2.1:20000'],
  ['tcpcandidate 1 TCP 1076276479 2001:db8::1 20001 typ host tcptype passive', 'tcp [2001:db8::1]:20001'],
])('reads where %s leads', (line, expected) => {
  const candidate = parseCandidate(line) ?? expect.fail('it is a candidate');
  expect(formatCandidate(candidate)).toBe(expected);
});

it('reads nothing from what is none', () => {
  expect(parseCandidate('')).toBeUndefined();
  expect(parseCandidate('1 1 sctp 1 192.0.2.1 1 typ host')).toBeUndefined();
});
