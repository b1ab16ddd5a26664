import type { CaptureEvent, CaptureTarget, SrtpKeys } from '@parley/protocol/recording/capture';
import type { RecordedTrack, Segment, TrackGap } from '@parley/protocol/recording/manifest';

/**
 * Who is told what a recording has, in the order in which it is to be journalled. Nothing here may throw, or take long but for {@link onSealed}: it is called between
 * packets.
 */
export interface CaptureSink {
  /** A track has begun, always before its first segment; again each time that its clock is known better. */
  onTrack(track: RecordedTrack): void;
  /**
   * A segment is whole on the disk, synced, and gets its name from `NAME.part` when this is fulfilled: until then, who finds it after a crash has only what is
   * kept of it here. Never rejects.
   */
  onSealed?: ((segment: Segment) => Promise<void>) | undefined;
  /** A segment is closed: whole on the disk, synced, under its final name. */
  onSegment(segment: Segment): void;
  /** A track gave nothing for a while, or what it gave was lost. */
  onGap(gap: TrackGap): void;
  /** The capture can go no further: the disk takes nothing any more. It closes what it can; told once. */
  onFailed(error: Error): void;
  /** A track, or some of it, is not recorded, and why; said again each time. */
  onSkipped?(trackId: string, why: string): void;
}

/** What a capture is to do. */
export interface CaptureOptions {
  /** Folder of the recording, there already: `<recording.path>/<recordingId>`. Segments go below it. */
  readonly folder: string;
  readonly epoch: number;
  /** Address of this machine that nodes send to, and listened on. */
  readonly ip: string;
  /** UDP ports that may be taken, both included. */
  readonly ports: { readonly first: number; readonly last: number };
  /** Whether media comes encrypted. {@link CaptureTarget.srtp} is of its making. */
  readonly srtp: boolean;
  readonly sink: CaptureSink;
  /** Most bytes of media that wait for the disk before video is dropped; default 64 MiB. */
  readonly maxQueuedBytes?: number;
}

/** What a capture does now, for metrics. Counts begin with the capture. */
export interface CaptureStats {
  tracks: number;
  packets: number;
  bytes: number;
  /** Packets that were asked for again, and of them those that came. */
  nacked: number;
  recovered: number;
  /** Packets that never came. */
  lost: number;
  /** Packets that belong to nobody: wrong source, not RTP, not authentic, of no track. */
  refused: number;
  keyFramesAsked: number;
  /** Frames that were dropped because the disk was slow. */
  dropped: number;
  /** Bytes that wait for the disk. */
  queuedBytes: number;
}

/** What one recorder records of one room in one epoch: opened with {@link CaptureOptions}, owned and closed by the recording. */
export interface Capture {
  /** Where nodes are to send. */
  readonly target: CaptureTarget;
  /** Takes what a node says of its part, in the order said. */
  handle(nodeId: string, event: CaptureEvent): void;
  /** A node is gone, with all that it sent. */
  nodeGone(nodeId: string): void;
  /** Nothing more is expected of somebody whose node is gone. */
  participantLeft(participantId: string): void;
  stats(): CaptureStats;
  /** Closes the socket and all segments. When it is fulfilled, the sink has been told of everything. Never rejects. */
  close(): Promise<void>;
}

/** Both ends' keys on one transport. */
export interface SrtpPair {
  readonly local: SrtpKeys;
  readonly remote: SrtpKeys;
}
