import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RtpPacket } from 'rtp.js/packets';
import { leb128, toLeb128 } from '../codecs/bits.ts';
import type { Sending } from './ffmpeg.ts';
import { ffmpeg } from './ffmpeg.ts';

const PAYLOAD = 1100;
const TEMPORAL_DELIMITER = 2;

/** Temporal units of an IVF file. */
export function ivfFrames(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 32; at + 12 <= file.length; ) {
    const size = file.readUInt32LE(at);
    frames.push(file.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  return frames;
}

/** A temporal unit as RTP payloads (AV1 RTP specification §4): OBUs without sizes, each with a length, split where a packet is full. */
export function av1Payloads(unit: Buffer, first: boolean): Buffer[] {
  const elements: Buffer[] = [];
  for (let at = 0; at < unit.length; ) {
    const header = unit[at] ?? 0;
    const body = leb128(unit, at + 1) ?? { value: 0, length: 1 };
    const start = at + 1 + body.length;
    at = start + body.value;
    if (((header >> 3) & 15) === TEMPORAL_DELIMITER) continue;
    elements.push(Buffer.concat([Buffer.from([header & ~2]), unit.subarray(start, at)]));
  }
  const payloads: Buffer[] = [];
  let parts: Buffer[] = [];
  let room = PAYLOAD;
  let continues = false;
  const flush = (splits: boolean) => {
    const isFirst = first && payloads.length === 0;
    const header = (continues ? 0x80 : 0) | (splits ? 0x40 : 0) | (isFirst ? 0x08 : 0);
    payloads.push(Buffer.concat([Buffer.from([header]), ...parts]));
    [parts, room, continues] = [[], PAYLOAD, splits];
  };
  for (const element of elements) {
    for (let at = 0; at < element.length; ) {
      if (room < 10) flush(at > 0);
      const piece = element.subarray(at, at + room - 2);
      parts.push(toLeb128(piece.length), piece);
      room -= piece.length + 2;
      at += piece.length;
      if (at < element.length) flush(true);
    }
  }
  if (parts.length > 0) flush(false);
  return payloads;
}

/** What ffmpeg 5 cannot: sends AV1 in RTP as fast as it is played. */
export async function sendAv1({ seconds, ssrc, payloadType, port }: Sending, rate: number): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-av1-'));
  const file = path.join(folder, 'a.ivf');
  await ffmpeg('ffmpeg', [
    ...[
      '-nostdin',
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc=size=320x180:rate=${rate}`,
      '-t',
      String(seconds),
    ],
    ...['-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-b:v', '300k'],
    ...['-lag-in-frames', '0', '-g', String(2 * rate), file],
  ]);
  const units = ivfFrames(await readFile(file));
  await rm(folder, { recursive: true });
  const socket = createSocket('udp4');
  const start = performance.now();
  let sequence = 65_500;
  for (const [index, unit] of units.entries()) {
    const wait = start + (index * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((next) => setTimeout(next, wait));
    const payloads = av1Payloads(unit, index % (2 * rate) === 0);
    for (const [i, payload] of payloads.entries()) {
      const packet = new RtpPacket();
      packet.setPayloadType(payloadType);
      packet.setSsrc(ssrc);
      packet.setSequenceNumber(sequence++ & 0xffff);
      packet.setTimestamp((index * 90_000) / rate);
      packet.setMarker(i === payloads.length - 1);
      packet.setPayload(new DataView(payload.buffer, payload.byteOffset, payload.byteLength));
      packet.serialize();
      const { buffer, byteOffset, byteLength } = packet.getView();
      const data = Buffer.from(buffer, byteOffset, byteLength);
      // What waits to be sent when it is closed is not.
      await new Promise((sent) => socket.send(data, port, '127.0.0.1', sent));
    }
  }
  await new Promise<void>((done) => socket.close(done));
}
