import { expect, it } from 'vitest';
import {
  isRtp,
  rtpPacket,
  rtpPacketWithLevel,
  rtpPayload,
  writeAudioLevel,
  writeRtpHeader,
} from './rtp-packet.ts';

it('writes the header of RFC 3550 §5.1 and leaves marker and payload', () => {
  const packet = rtpPacket(true, Buffer.from([1, 2]));
  writeRtpHeader(packet, 96, 0x1_0003, 0x1_0000_0004, 0xdeadbeef);
  expect(packet.toString('hex')).toBe('80e0000300000004deadbeef0102');
  expect(isRtp(packet)).toBe(true);
});

it('says how loud a packet is as RFC 6464 has it', () => {
  const packet = rtpPacketWithLevel(false, Buffer.from([1, 2]));
  const extension = (dbov: number) => {
    writeAudioLevel(packet, dbov);
    return packet.subarray(12, 20).toString('hex');
  };
  expect(extension(-30)).toBe('bede0001101e0000');
  expect(extension(-127)).toBe('bede0001107f0000');
  expect(rtpPayload(packet)).toEqual(Buffer.from([1, 2]));
});

it('finds the payload behind contributing sources and a header extension, and before padding', () => {
  const header = Buffer.alloc(12);
  header[0] = 0x80 | 0x20 | 0x10 | 1;
  const extension = Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
  const packet = Buffer.concat([header, Buffer.alloc(4), extension, Buffer.from([7, 8, 0, 2])]);
  expect(rtpPayload(packet)).toEqual(Buffer.from([7, 8]));
});

it('tells RTCP from RTP (RFC 5761 §4)', () => {
  const packet = Buffer.alloc(28);
  for (const type of [200, 201, 205, 206]) {
    packet[1] = type;
    expect(isRtp(packet)).toBe(false);
  }
});
