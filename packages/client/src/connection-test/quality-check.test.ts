import { expect, it } from 'vitest';
import { down, up } from './quality-check.ts';
import { readFigures } from './rtc-stats.ts';

const outbound = (bytesSent: number, packetsSent: number) => ({
  type: 'outbound-rtp',
  bytesSent,
  packetsSent,
});
const reported = (packetsLost: number) => ({ type: 'remote-inbound-rtp', packetsLost });
const inbound = (bytesReceived: number, packetsReceived: number, packetsLost: number) => ({
  type: 'inbound-rtp',
  bytesReceived,
  packetsReceived,
  packetsLost,
});

it('is of the time between two looks', () => {
  const before = readFigures(1_000, [outbound(1_000, 100), reported(3)]);
  const after = readFigures(3_000, [outbound(251_000, 300), reported(13)]);
  expect(up(before, after)).toEqual({ lossUp: 0.05, bitrateUp: 1_000_000 });
  const early = readFigures(1_000, [inbound(0, 90, 10)]);
  const late = readFigures(2_000, [inbound(1_000, 180, 20)]);
  expect(down(early, late)).toEqual({ lossDown: 0.1, bitrateDown: 8_000 });
});

it('loses nothing where retransmissions outnumber losses, or nothing was sent', () => {
  const before = readFigures(0, [outbound(0, 0), reported(5)]);
  expect(up(before, readFigures(1, [outbound(1, 10), reported(2)])).lossUp).toBe(0);
  expect(up(before, before)).toEqual({ lossUp: 0, bitrateUp: 0 });
});
