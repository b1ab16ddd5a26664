import { expect, it } from 'vitest';
import { keyFrameRequests, senderReport } from './rtcp.ts';

const PLI = '81ce0002' + '00000001' + '0000002a';
const FIR = '84ce0006' + '00000001' + '00000000' + '0000002b01000000' + '0000002c01000000';
const RECEIVER_REPORT = '80c90001' + '00000001';
const NACK = '81cd0003' + '00000001' + '0000002a' + '00010000';

it('finds whom PLI and FIR ask for a key frame, in compound packets too', () => {
  expect(keyFrameRequests(Buffer.from(RECEIVER_REPORT + PLI, 'hex'))).toEqual([42]);
  expect(keyFrameRequests(Buffer.from(FIR, 'hex'))).toEqual([43, 44]);
  expect(keyFrameRequests(Buffer.from(RECEIVER_REPORT + NACK, 'hex'))).toEqual([]);
});

it('is not led astray by a packet that is shorter than it says', () => {
  expect(keyFrameRequests(Buffer.from(PLI.slice(0, 16), 'hex'))).toEqual([]);
  expect(keyFrameRequests(Buffer.from([0x81]))).toEqual([]);
});

it('writes a sender report (RFC 3550 §6.4.1) with the time as NTP has it', () => {
  const report = senderReport({ ssrc: 7, timestamp: 90_000, packets: 3, bytes: 500 }, 1500);
  expect(report.subarray(0, 8).toString('hex')).toBe('80c8000600000007');
  expect(report.readUInt32BE(8)).toBe(2_208_988_801);
  expect(report.readUInt32BE(12)).toBe(2 ** 31);
  expect([16, 20, 24].map((at) => report.readUInt32BE(at))).toEqual([90_000, 3, 500]);
});
