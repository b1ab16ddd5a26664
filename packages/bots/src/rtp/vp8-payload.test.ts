import { expect, it } from 'vitest';
import { rtpPayload } from './rtp-packet.ts';
import { packetizeVp8, readVp8Payload, writePictureId, writeTl0PicIdx } from './vp8-payload.ts';

const frame = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 251));

it('cuts a frame into packets of at most 1200 bytes, with S on the first and the marker on the last (RFC 7741 §4)', () => {
  for (const length of [1, 1183, 1184, 1185, 5000, 70_000]) {
    const packets = packetizeVp8(frame(length));
    expect(packets).toHaveLength(Math.ceil(length / 1184));
    for (const [index, packet] of packets.entries()) {
      expect(packet.length).toBeLessThanOrEqual(1200);
      expect((packet[1] ?? 0) >> 7).toBe(index === packets.length - 1 ? 1 : 0);
      expect(readVp8Payload(rtpPayload(packet))).toMatchObject({
        startsPartition: index === 0,
        partition: 0,
      });
    }
    expect(Buffer.concat(packets.map((packet) => readVp8Payload(rtpPayload(packet)).data))).toEqual(
      frame(length),
    );
  }
});

it('writes exactly the descriptor of RFC 7741 §4.2: X, I, and a PictureID of 15 bits', () => {
  const [first, second] = packetizeVp8(frame(1200));
  if (first === undefined || second === undefined) throw new Error('there should be two packets');
  writePictureId(first, 0x1234);
  writePictureId(second, 0x8001);
  expect(first.subarray(12, 16)).toEqual(Buffer.from([0x90, 0x80, 0x92, 0x34]));
  // The 16th bit says how long the PictureID is; numbers wrap at 15.
  expect(second.subarray(12, 16)).toEqual(Buffer.from([0x80, 0x80, 0x80, 0x01]));
  expect(readVp8Payload(rtpPayload(first)).pictureId).toBe(0x1234);
});

it('tells temporal layers by X, I, L, T, TL0PICIDX, TID and Y', () => {
  const [packet, ...others] = packetizeVp8(frame(1182), { layer: 2, isSync: true });
  if (packet === undefined) throw new Error('there should be a packet');
  expect(others).toEqual([]);
  expect(packet).toHaveLength(1200);
  writePictureId(packet, 7);
  writeTl0PicIdx(packet, 0x1fe);
  expect(packet.subarray(12, 18)).toEqual(Buffer.from([0x90, 0xe0, 0x80, 0x07, 0xfe, 0xa0]));
  expect(readVp8Payload(rtpPayload(packet))).toEqual({
    startsPartition: true,
    partition: 0,
    pictureId: 7,
    tl0PicIdx: 0xfe,
    temporal: { layer: 2, isSync: true },
    data: frame(1182),
  });
});

it('reads descriptors of others: short PictureIDs, layer fields, none at all', () => {
  expect(readVp8Payload(Buffer.from([0x90, 0xf0, 0x05, 0x01, 0x20, 9]))).toMatchObject({
    pictureId: 5,
    data: Buffer.from([9]),
  });
  expect(readVp8Payload(Buffer.from([0x13, 9]))).toEqual({
    startsPartition: true,
    partition: 3,
    pictureId: undefined,
    data: Buffer.from([9]),
  });
});
