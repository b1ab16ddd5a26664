import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordedTrack, Segment } from '@parley/protocol/recording/manifest';

/** A track of microphone `t`. */
export function aTrack(epoch = 1): RecordedTrack {
  const clock = { rtp: 0, at: 1_700_000_000_000, rate: 48_000 };
  return {
    trackId: 't',
    epoch,
    participantId: 'p',
    kind: 'audio',
    source: 'microphone',
    mimeType: 'audio/opus',
    clock,
  };
}

/** Writes a segment's file of random bytes, as a capture leaves it, and tells of it. */
export async function makeSegment(folder: string, index: number, epoch = 1, bytes = 2000): Promise<Segment> {
  const file = `${epoch}/t/${String(index).padStart(6, '0')}.webm`;
  const content = randomBytes(bytes);
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), content);
  return {
    trackId: 't',
    epoch,
    index,
    file,
    rtpFrom: index * 480_000,
    rtpTo: (index + 1) * 480_000,
    frames: 500,
    keyFrame: true,
    lost: 0,
    bytes,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}
