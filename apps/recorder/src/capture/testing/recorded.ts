import type { RecordedTrack, Segment, TrackGap } from '@parley/protocol/recording/manifest';
import type { CaptureSink } from '../capture-types.ts';

/** A sink that keeps what it is told. */
export class Recorded implements CaptureSink {
  readonly tracks = new Map<string, RecordedTrack>();
  readonly segments: Segment[] = [];
  readonly gaps: TrackGap[] = [];
  readonly errors: Error[] = [];
  readonly skipped: string[] = [];
  onSealed: ((segment: Segment) => Promise<void>) | undefined;

  onTrack(track: RecordedTrack): void {
    this.tracks.set(track.trackId, track);
  }

  onSegment(segment: Segment): void {
    this.segments.push(segment);
  }

  onGap(gap: TrackGap): void {
    this.gaps.push(gap);
  }

  onFailed(error: Error): void {
    this.errors.push(error);
  }

  onSkipped(trackId: string, why: string): void {
    this.skipped.push(`${trackId}: ${why}`);
  }

  of(trackId: string): Segment[] {
    return this.segments.filter((segment) => segment.trackId === trackId);
  }
}
