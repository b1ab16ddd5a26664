import type { ManifestPart, RecordedTrack, Segment } from '@parley/protocol/recording/manifest';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Turn } from './facts.ts';
import { accept, type Entry, type Manifest, manifestOf } from './manifest.ts';
import type { StoppedFacts } from './stitch.ts';

/** When recordings of tests begin, milliseconds since the epoch. */
export const START = 1_800_000_000_000;
/** RTP units a millisecond, of video. */
const UNITS = 90;

/** A video track whose RTP time 0 is {@link START}. */
export function track(trackId: string, epoch: number, at = START): RecordedTrack {
  return {
    trackId,
    epoch,
    participantId: `p-${trackId}`,
    kind: 'video',
    source: 'camera',
    mimeType: 'video/VP8',
    clock: { rtp: 0, at, rate: 1000 * UNITS },
  };
}

/** @param from @param to ms after the clock's `at` */
export function segment(trackId: string, epoch: number, index: number, from: number, to: number): Segment {
  return {
    trackId,
    epoch,
    index,
    file: `${epoch}/${trackId}/${String(index).padStart(6, '0')}.webm`,
    rtpFrom: from * UNITS,
    rtpTo: to * UNITS,
    frames: 1,
    keyFrame: true,
    lost: 0,
    bytes: 1000,
    sha256: '0'.repeat(64),
  };
}

export function part(epoch: number, of: Partial<ManifestPart> = {}): ManifestPart {
  return { epoch, participants: [], tracks: [], segments: [], gaps: [], ...of };
}

/** Of epochs 1, 2, 3 … a minute apart, each another recorder's. */
export function turnsOf(count: number): Turn[] {
  return Array.from({ length: count }, (_, index) => ({
    epoch: index + 1,
    recorderId: `recorder-${index + 1}`,
    at: START + index * 60_000,
  }));
}

export function stoppedFacts(
  turns: Turn[],
  reason: StoppedFacts['stopped']['reason'] = 'stopped',
): StoppedFacts {
  return {
    recordingId: 'rec-1',
    roomId: 'room-1',
    region: 'default',
    options: RecordingOptions.parse({}),
    startedAt: START,
    turns,
    stopped: { at: START + 600_000, reason },
  };
}

/** Keeps parts as the edge does, each from the recorder of its epoch. */
export function manifestFrom(turns: Turn[], parts: readonly ManifestPart[]): Manifest {
  const entries = new Map<string, Entry>();
  for (const one of parts) {
    const recorderId = turns.find(({ epoch }) => epoch === one.epoch)?.recorderId ?? '';
    for (const entry of accept(turns, recorderId, one).entries) entries.set(entry.key, entry);
  }
  return manifestOf(entries.values());
}
