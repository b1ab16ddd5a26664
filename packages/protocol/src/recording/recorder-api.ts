import { z } from 'zod';
import { NodeId, OpaqueId, RoomId } from '../identifiers.ts';
import { RecordingEpoch } from './capture.ts';
import {
  Attendance,
  ManifestPart,
  RecordedTrack,
  RecordingPath,
  Segment,
  TimeSpan,
  TrackGap,
} from './manifest.ts';
import { CompositeLayout, RecordingOptions } from './recording-options.ts';

/*
 * What recorders post to the edge, with their node token as bearer token. All of it may be said twice. `recording_not_found`: the edge may have
 * yet to hear of it, so what is there is kept, and said again later; what is not wanted any more is in `refused`. `assignment_stale`: another
 * attempt has taken the place of this one.
 */

/** Body {@link ReportRequest}. */
export function reportPath(recordingId: string): string {
  return `/internal/recordings/${encodeURIComponent(recordingId)}/report`;
}

/** Body {@link ClaimRequest}, answer {@link ClaimedPlan}. */
export function claimPath(recordingId: string): string {
  return `/internal/recordings/${encodeURIComponent(recordingId)}/claim`;
}

/** Body {@link ProgressRequest}. */
export function progressPath(recordingId: string): string {
  return `/internal/recordings/${encodeURIComponent(recordingId)}/progress`;
}

/** What a recorder has recorded. */
export const ReportRequest = z.object({
  part: ManifestPart,
  /** Whether that was all of its epoch, and it is where a finisher finds it. */
  complete: z.boolean(),
});
export type ReportRequest = z.infer<typeof ReportRequest>;

/** Files that the manifest refused: another recorder had taken over by then. They may be deleted. */
export const ReportResponse = z.object({ refused: z.array(RecordingPath) });
export type ReportResponse = z.infer<typeof ReportResponse>;

/** Which try at finishing, or at deleting, a recording, from 1. */
export const Attempt = z.number().int().positive();

export const ClaimRequest = z.object({ attempt: Attempt });
export type ClaimRequest = z.infer<typeof ClaimRequest>;

/** A piece of a track in the finished recording: a segment, or the part of it that no later epoch has. */
export const Piece = z.object({
  segment: Segment,
  /** When its first frame was captured, milliseconds since the epoch on the recording's clock. */
  at: z.number(),
  /** RTP units in a second, measured. */
  rate: z.number().positive(),
  /** Only frames before this time, milliseconds since the epoch, are used: a later epoch has the rest. */
  until: z.number().optional(),
});
export type Piece = z.infer<typeof Piece>;

/** All of a track, in order. */
export const PlannedTrack = RecordedTrack.pick({
  trackId: true,
  participantId: true,
  kind: true,
  source: true,
  mimeType: true,
}).extend({ pieces: z.array(Piece) });
export type PlannedTrack = z.infer<typeof PlannedTrack>;

/** What a finisher makes of a recording. */
export const FinishPlan = z.object({
  recordingId: OpaqueId,
  roomId: RoomId,
  options: RecordingOptions,
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  stoppedAt: z.number(),
  participants: z.array(Attendance),
  tracks: z.array(PlannedTrack),
  gaps: z.array(TrackGap),
});
export type FinishPlan = z.infer<typeof FinishPlan>;

/** Another recorder's disk, from which a finisher can fetch segments. */
export const SegmentSource = z.object({
  recorderId: NodeId,
  /** What it recorded. */
  epochs: z.array(RecordingEpoch),
  /** Segments' paths are below it. */
  url: z.url({ protocol: /^https?$/ }),
  /** Opens them, as `token` of the query: {@link SegmentLinkClaims}. */
  token: z.string(),
});
export type SegmentSource = z.infer<typeof SegmentSource>;

/** Whether a segment was recorded in one of these epochs: its path begins with that. */
export function isOfEpochs(file: string, epochs: readonly number[]): boolean {
  return epochs.some((epoch) => file.startsWith(`${epoch}/`));
}

/** What the edge answers a finisher; absent `sources` are none. */
export const ClaimedPlan = FinishPlan.extend({ sources: z.array(SegmentSource).optional() });
export type ClaimedPlan = z.infer<typeof ClaimedPlan>;

/** A finished file. */
export const RecordingFile = z.object({
  /** Where it is, below the recording's folder or prefix. */
  file: RecordingPath,
  kind: z.enum(['participant', 'screen', 'composite']),
  participantId: OpaqueId.optional(),
  layout: CompositeLayout.optional(),
  container: z.enum(['webm', 'mp4']),
  mimeType: z.string(),
  /** When its time 0 was, milliseconds since the epoch on the recording's clock: files align by it. */
  from: z.number(),
  durationMs: z.number().min(0),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type RecordingFile = z.infer<typeof RecordingFile>;

/** How far a finisher is. Silence for {@link FINISHER_SILENCE_SECONDS} means that it is gone. */
export const ProgressRequest = z.object({
  attempt: Attempt,
  /** 0–1. */
  done: z.number().min(0).max(1),
  /** Set once, at the end. */
  outcome: z
    .discriminatedUnion('type', [
      z.object({
        type: z.literal('finished'),
        files: z.array(RecordingFile),
        missing: z.array(TimeSpan).max(100),
      }),
      /** `again`: another try may help. */
      z.object({ type: z.literal('failed'), message: z.string().max(1000), again: z.boolean() }),
      z.object({ type: z.literal('deleted') }),
    ])
    .optional(),
});
export type ProgressRequest = z.infer<typeof ProgressRequest>;

/** How long a finisher may say nothing, seconds. */
export const FINISHER_SILENCE_SECONDS = 60;

/** What a recorder process can be asked for, as its fleet hello says. */
export const RecorderAbilities = z.object({
  /** Takes rooms to record. */
  capture: z.boolean(),
  /** Finishes and deletes. */
  finish: z.boolean(),
  /** Where its recordings go: a bucket that all share, or its own disk, where only it finds them. */
  storage: z.enum(['bucket', 'disk']),
  /** Where viewers fetch files, and other recorders segments, from its disk, http or https; absent when they cannot. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type RecorderAbilities = z.infer<typeof RecorderAbilities>;

/** What a recorder carries now. */
export const RecorderLoad = z.object({
  recordings: z.number().int().min(0),
  tracks: z.number().int().min(0),
  finishing: z.number().int().min(0),
  /** Of one core, 0–1. */
  cpu: z.number().min(0),
  /** Free for recordings on its disk, bytes. */
  freeBytes: z.number().min(0),
  /** Set while it takes no more recordings. */
  full: z.literal(true).optional(),
});
export type RecorderLoad = z.infer<typeof RecorderLoad>;

/** Recorder → Fleet. */
export const RecorderFleetMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.number().int(),
    incarnation: OpaqueId,
    abilities: RecorderAbilities,
    load: RecorderLoad,
  }),
  z.object({ type: z.literal('heartbeat'), load: RecorderLoad }),
]);
export type RecorderFleetMessage = z.infer<typeof RecorderFleetMessage>;

/** Fleet → recorder. */
export const FleetRecorderMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), version: z.number().int() }),
  /** Record this room: open its link with `assignment`, or say on it why not. */
  z.object({
    type: z.literal('record'),
    roomId: RoomId,
    recordingId: OpaqueId,
    epoch: RecordingEpoch,
    assignment: z.string(),
    options: RecordingOptions,
  }),
  /** Finish this recording: claim it. */
  z.object({ type: z.literal('finish'), recordingId: OpaqueId, attempt: Attempt }),
  /** Delete all there is of this recording. */
  z.object({ type: z.literal('delete'), recordingId: OpaqueId, attempt: Attempt }),
]);
export type FleetRecorderMessage = z.infer<typeof FleetRecorderMessage>;

/** Where a recorder opens its fleet socket, with its node token as bearer token and its region in the query. */
export const RECORDER_FLEET_PATH = '/internal/fleet/recorder';

/** `aud` of recorders' assignments. */
export const RECORDER_AUDIENCE = 'recorder-link';

/** Lets one recorder open the link of one room in one epoch of its recording; see `TOKEN_TYPES.recorder`. */
export const RecorderAssignmentClaims = z.object({
  aud: z.literal(RECORDER_AUDIENCE),
  /** The recorder. */
  sub: NodeId,
  room: RoomId,
  recording: OpaqueId,
  epoch: RecordingEpoch,
  v: z.number().int(),
});
export type RecorderAssignmentClaims = z.infer<typeof RecorderAssignmentClaims>;

/** `aud` of links to files of recordings. */
export const MEDIA_LINK_AUDIENCE = 'recording-media';

/** Seconds that such a link is valid. */
export const MEDIA_LINK_SECONDS = 60 * 60;

/** Lets whoever has it fetch one file for a while, from the edge or a recorder; see `TOKEN_TYPES.media`. */
export const MediaLinkClaims = z.object({
  aud: z.literal(MEDIA_LINK_AUDIENCE),
  /** The recording. */
  sub: OpaqueId,
  file: RecordingPath,
  /** What it is called where it is to be a download. */
  name: z.string().max(200).optional(),
  exp: z.number().int(),
});
export type MediaLinkClaims = z.infer<typeof MediaLinkClaims>;

/** `aud` of links to segments. */
export const SEGMENT_LINK_AUDIENCE = 'recording-segments';

/** Seconds that such a link is valid: as long as an attempt at finishing may take. */
export const SEGMENT_LINK_SECONDS = 12 * 60 * 60;

/** Lets a finisher fetch the segments of some epochs from the recorder that has them; see `TOKEN_TYPES.segments`. */
export const SegmentLinkClaims = z.object({
  aud: z.literal(SEGMENT_LINK_AUDIENCE),
  /** The recording. */
  sub: OpaqueId,
  epochs: z.array(RecordingEpoch),
  exp: z.number().int(),
});
export type SegmentLinkClaims = z.infer<typeof SegmentLinkClaims>;
