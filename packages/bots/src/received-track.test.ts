import { expect, it } from 'vitest';
import { ReceivedTrack } from './received-track.ts';
import { rtpPacket, writeRtpHeader } from './rtp/rtp-packet.ts';

function receive(sequences: number[], ssrc = 1, track = new ReceivedTrack('t', 'p', 'audio')): ReceivedTrack {
  for (const [index, sequence] of sequences.entries()) {
    const packet = rtpPacket(false, Buffer.alloc(8));
    writeRtpHeader(packet, 111, sequence, 0, ssrc);
    track.count(packet, index * 20);
  }
  return track;
}

it('counts packets, bytes and times', () => {
  expect(receive([5, 6, 7])).toMatchObject({
    packets: 3,
    bytes: 60,
    lost: 0,
    firstPacketAt: 0,
    lastPacketAt: 40,
    longestPause: 20,
  });
});

it('counts what is missing as lost, and no more when it comes late', () => {
  expect(receive([5, 6, 9]).lost).toBe(2);
  expect(receive([5, 6, 9, 8, 7]).lost).toBe(0);
  // Packets that were overtaken by the first belong to the stream.
  expect(receive([5, 3, 4, 6]).lost).toBe(0);
  expect(receive([5, 3, 6]).lost).toBe(1);
});

it('counts on when sequence numbers overflow, once and twice', () => {
  expect(receive([65_534, 65_535, 0, 1]).lost).toBe(0);
  expect(receive([65_534, 1]).lost).toBe(2);
  expect(receive([0, 65_535, 1]).lost).toBe(0);
  const laps = Array.from({ length: 140_000 }, (_, index) => index & 0xffff);
  expect(receive(laps)).toMatchObject({ packets: 140_000, lost: 0, restarts: 0 });
});

it('begins anew at another SSRC or a far jump, and keeps what was lost', () => {
  const track = receive([5, 7]);
  receive([40_000, 40_001], 1, track);
  expect(track).toMatchObject({ lost: 1, restarts: 1 });
  receive([3, 6], 2, track);
  expect(track).toMatchObject({ lost: 3, restarts: 2, packets: 6 });
});
