import { expect, it } from 'vitest';
import { readFigures } from './rtc-stats.ts';

const CANDIDATES = [
  { type: 'local-candidate', id: 'l1', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
  { type: 'remote-candidate', id: 'r1', candidateType: 'host', protocol: 'udp', address: '2001:db8::1' },
];
const PAIR = { type: 'candidate-pair', id: 'p1', localCandidateId: 'l1', remoteCandidateId: 'r1' };
const WAY = { type: 'relay', protocol: 'udp', relayProtocol: 'tls', family: 'IPv6' };

it.each([
  ['Chromium’s', [{ type: 'transport', selectedCandidatePairId: 'p1' }, PAIR]],
  ['Firefox’s', [{ ...PAIR, selected: true }]],
  ['any', [{ ...PAIR, nominated: true, state: 'succeeded' }]],
])('finds the pair in use in %s report', (_, entries) => {
  expect(readFigures(0, [...CANDIDATES, ...entries])).toMatchObject({ pairId: 'p1', way: WAY });
});

it('has neither way nor times before anything is known', () => {
  const figures = readFigures(7, [{ ...PAIR, state: 'in-progress' }]);
  expect(figures).toMatchObject({
    at: 7,
    pairId: undefined,
    way: undefined,
    remoteLost: undefined,
    bytesSent: 0,
  });
  expect(figures.roundTripMs).toBeUndefined();
});

it('adds streams up, and takes means of times', () => {
  const figures = readFigures(0, [
    {
      type: 'outbound-rtp',
      kind: 'video',
      bytesSent: 100,
      packetsSent: 10,
      frameWidth: 160,
      frameHeight: 90,
    },
    {
      type: 'outbound-rtp',
      kind: 'video',
      bytesSent: 300,
      packetsSent: 20,
      frameWidth: 640,
      frameHeight: 360,
    },
    { type: 'remote-inbound-rtp', packetsLost: 1, jitter: 0.01, roundTripTime: 0.05 },
    { type: 'remote-inbound-rtp', packetsLost: 2, jitter: 0.03 },
    {
      type: 'inbound-rtp',
      kind: 'audio',
      bytesReceived: 5,
      packetsReceived: 4,
      packetsLost: 1,
      jitter: 0.002,
    },
    { type: 'inbound-rtp', kind: 'video', bytesReceived: 7, packetsReceived: 6, framesDecoded: 3 },
  ]);
  expect(figures).toMatchObject({
    bytesSent: 400,
    packetsSent: 30,
    bytesReceived: 12,
    packetsReceived: 10,
    packetsLost: 1,
    remoteLost: 3,
    roundTripMs: 50,
    remoteJitterMs: 20,
    jitterMs: 2,
    video: { frames: 3, width: 640, height: 360 },
    audioPackets: 4,
  });
});
