import type { ErrorCode } from '@parley/protocol/errors';
import type { ModeratedBy } from '@parley/protocol/moderation';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { DurableEvent } from '@parley/protocol/server-messages';

/** What a room says of a recording when it opens it. */
export interface RecordingOpening {
  recordingId: string;
  roomId: string;
  /** Whose recorders take it. */
  region: string;
  options: RecordingOptions;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Absent when the room does so by itself. */
  by?: ModeratedBy;
}

/** That a recorder has the recording from a time on; of two the one with the higher epoch has it. */
export interface Turn {
  /** From 1. */
  epoch: number;
  recorderId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** That a recording is over. */
export interface RecordingEnd {
  /** Milliseconds since the epoch. */
  at: number;
  reason: Extract<DurableEvent, { type: 'recording-stopped' }>['reason'];
}

/** All that a room knows of a recording. */
export interface RecordingFacts extends RecordingOpening {
  turns: Turn[];
  stopped?: RecordingEnd;
}

/** Why something has failed, as it is shown. */
export interface Failure {
  code: ErrorCode;
  message: string;
}
