import { z } from 'zod';
import { ErrorCode } from '../errors.ts';
import { NodeId, OpaqueId, ParticipantName, RoomId } from '../identifiers.ts';
import { CaptureEvent, CaptureTarget, RecordingEpoch } from './capture.ts';
import { RecordingOptions } from './recording-options.ts';

/**
 * The recorder's link: the socket that a recorder opens to the Room object of a room that it records, with its signed
 * assignment as bearer token.
 */
export function recorderLinkPath(roomId: string): string {
  return `/internal/rooms/${encodeURIComponent(roomId)}/recorder`;
}

/** Who somebody in the recording is. */
export const RecordedParticipant = z.object({
  participantId: OpaqueId,
  name: ParticipantName,
  identity: z.string().optional(),
});
export type RecordedParticipant = z.infer<typeof RecordedParticipant>;

/** Recorder → Room. */
export const RecorderLinkMessage = z.discriminatedUnion('type', [
  /** First message: all that a recording needs is there, and this is where media goes. */
  z.object({
    type: z.literal('hello'),
    version: z.number().int(),
    incarnation: OpaqueId,
    target: CaptureTarget,
  }),
  /** Instead of `hello`, or later: this recorder cannot go on. The Room looks for another one. */
  z.object({ type: z.literal('failed'), code: ErrorCode, message: z.string() }),
]);
export type RecorderLinkMessage = z.infer<typeof RecorderLinkMessage>;

/** Room → recorder. */
export const RoomRecorderMessage = z.discriminatedUnion('type', [
  /** Answers `hello`. `assignment` renews the one that opened the link. */
  z.object({
    type: z.literal('welcome'),
    version: z.number().int(),
    assignment: z.string(),
    recordingId: OpaqueId,
    roomId: RoomId,
    epoch: RecordingEpoch,
    options: RecordingOptions,
    /** Milliseconds since the epoch. */
    startedAt: z.number(),
    participants: z.array(RecordedParticipant),
  }),
  /** Somebody came, or has another name. */
  z.object({ type: z.literal('participant'), participant: RecordedParticipant }),
  z.object({ type: z.literal('participant-left'), participantId: OpaqueId }),
  /** What a node says of its capture; one node may replace another. */
  z.object({ type: z.literal('capture'), nodeId: NodeId, event: CaptureEvent }),
  /** A node is gone, with all that it captured. */
  z.object({ type: z.literal('node-gone'), nodeId: NodeId }),
  /** The recording is over, or another recorder has it: close what is open, keep and report it. */
  z.object({ type: z.literal('stop'), reason: z.enum(['stopped', 'replaced']) }),
]);
export type RoomRecorderMessage = z.infer<typeof RoomRecorderMessage>;
