import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { MediaKind } from '@parley/protocol/track';
import { EncodedPacketSink, FilePathSource, Input, type InputTrack, MATROSKA, MP4, WEBM } from 'mediabunny';
import { annexB, h264Units } from './annex-b.ts';
import type { FinishIo } from './finish-io.ts';
import type { ReadPiece } from './picture-line.ts';
import type { Sample } from './sample.ts';
import type { PlacedPiece } from './takes.ts';

/**
 * Reads pieces: their frames, at their times, to their ends. What cannot be read is left out and goes into `missing`. Reading
 * throws when a file cannot be fetched now.
 */
export function segmentReader(io: FinishIo, kind: MediaKind, missing: TimeSpan[]): ReadPiece {
  return async function* read(piece) {
    const { file } = piece.segment;
    const path = await io.read(file);
    let { from } = piece;
    const leaveOut = () => {
      missing.push({ from, to: piece.to });
      return false;
    };
    let frames: AsyncGenerator<Sample> | undefined;
    try {
      if (path === undefined || !(await isWhole(path, piece))) return leaveOut();
      frames = readFrames(path, kind);
      while (true) {
        // Only reading may fail here: what is thrown where the frames go is not the segment's fault.
        const next = await frames.next().catch(() => undefined);
        if (!next) return leaveOut();
        if (next.done) return true;
        const at = piece.from + next.value.at * piece.stretch;
        if (piece.cut && at >= piece.to) return true;
        from = at;
        yield { ...next.value, at };
      }
    } finally {
      await frames?.return(undefined);
      io.release(file);
    }
  };
}

async function isWhole(path: string, { segment }: PlacedPiece): Promise<boolean> {
  const sum = await sha256(path).catch((error: NodeJS.ErrnoException) => {
    if (UNREADABLE.has(error.code ?? '')) return undefined;
    throw error;
  });
  return sum === segment.sha256;
}

/** What a disk says of a file that will be no better next time. */
const UNREADABLE = new Set(['EIO', 'ENOENT', 'EISDIR', 'ENXIO']);

/** Of a local file, hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The frames of the first track of a kind in a local file; times begin with the file's, in milliseconds. H264 comes as Annex B. */
export async function* readFrames(path: string, kind: MediaKind): AsyncGenerator<Sample> {
  const input = new Input({
    source: new FilePathSource(path, { maxCacheSize: 1 << 20 }),
    formats: [WEBM, MATROSKA, MP4],
  });
  try {
    const track = await (kind === 'video' ? input.getPrimaryVideoTrack() : input.getPrimaryAudioTrack());
    if (!track) throw new Error(`There is no ${kind} in it.`);
    const units = kind === 'video' ? await h264Header(track) : undefined;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const key = packet.type === 'key';
      const data = units ? annexB(packet.data, key, units) : packet.data;
      yield { at: packet.timestamp * 1000, ms: packet.duration * 1000, key, data };
    }
  } finally {
    input.dispose();
  }
}

/** Of a track whose frames are not Annex B: what they need to become so. */
async function h264Header(track: InputTrack) {
  const config = track.isVideoTrack() ? await track.getDecoderConfig() : null;
  const description = config?.codec.startsWith('avc') ? config.description : undefined;
  if (!description) return undefined;
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
  return h264Units(bytes);
}
