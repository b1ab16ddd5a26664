import { z } from 'zod';
import { Source } from '../grants.ts';
import { OpaqueId } from '../identifiers.ts';
import { MediaKind } from '../track.ts';
import { RecordingEpoch } from './capture.ts';
import { RecordedParticipant } from './recorder-link.ts';

/** Longest segment, seconds. What is lost when a recorder dies. */
export const SEGMENT_SECONDS = 10;

/** A path below the recording's folder or prefix: of our own making, never of what somebody typed. */
export const RecordingPath = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/);

/** A stretch of time, milliseconds since the epoch. */
export const TimeSpan = z.object({ from: z.number(), to: z.number() });
export type TimeSpan = z.infer<typeof TimeSpan>;

/**
 * How a track's RTP time reads on the recording's clock: `at` milliseconds since the epoch is RTP time `rtp`, unwrapped,
 * and `rate` RTP units go by in a second. It gets better with time: the last one is right for the whole track of its epoch.
 */
export const TrackClock = z.object({ rtp: z.number(), at: z.number(), rate: z.number().positive() });
export type TrackClock = z.infer<typeof TrackClock>;

/** A track as one recorder took it. */
export const RecordedTrack = z.object({
  trackId: OpaqueId,
  epoch: RecordingEpoch,
  participantId: OpaqueId,
  kind: MediaKind,
  source: Source,
  /** `video/VP8`. */
  mimeType: z.string(),
  clock: TrackClock,
});
export type RecordedTrack = z.infer<typeof RecordedTrack>;

/** A closed, playable piece of a track. */
export const Segment = z.object({
  trackId: OpaqueId,
  epoch: RecordingEpoch,
  /** From 0, of this track in this epoch. */
  index: z.number().int().min(0),
  /** Where it is, below the recording's folder or prefix. Its times begin at 0 with its first frame. */
  file: RecordingPath,
  /** RTP time of its first frame and of its end, unwrapped. */
  rtpFrom: z.number(),
  rtpTo: z.number(),
  frames: z.number().int().min(1),
  /** Whether its first frame can be decoded by itself. Always so of sound. */
  keyFrame: z.boolean(),
  /** Of video, the largest in it, pixels. */
  width: z.number().int().min(0).optional(),
  height: z.number().int().min(0).optional(),
  /** Packets that never came. */
  lost: z.number().int().min(0),
  bytes: z.number().int().min(1),
  /** Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Segment = z.infer<typeof Segment>;

/** When a track gave nothing, and why. */
export const TrackGap = TimeSpan.extend({
  trackId: OpaqueId,
  reason: z.enum(['muted', 'lost', 'recorder', 'node', 'disk']),
});
export type TrackGap = z.infer<typeof TrackGap>;

/** How long somebody was in the room. */
export const Attendance = RecordedParticipant.extend({ from: z.number(), to: z.number().optional() });
export type Attendance = z.infer<typeof Attendance>;

/** What a recorder has, a part at a time; the same part again changes nothing. */
export const ManifestPart = z.object({
  epoch: RecordingEpoch,
  participants: z.array(Attendance),
  tracks: z.array(RecordedTrack),
  segments: z.array(Segment).max(500),
  gaps: z.array(TrackGap),
});
export type ManifestPart = z.infer<typeof ManifestPart>;
