import type { ErrorCode } from '@parley/protocol/errors';
import type { ModeratedBy } from '@parley/protocol/moderation';
import type { CaptureTarget } from '@parley/protocol/recording/capture';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { DurableEvent } from '@parley/protocol/server-messages';

/** Times of recordings, milliseconds. */
export const RECORDING_TIMES = {
  /** How long somebody who starts a recording waits for its recorder. */
  start: 10_000,
  /** How long a recorder may take to open its link and say hello, and the same while somebody waits. */
  linkOpen: 10_000,
  awaitedLinkOpen: 5_000,
  /** How long a recording that nobody records is kept open. */
  unrecorded: 60_000,
  /** A recorder that has had its turn for this long has not failed at once. */
  steady: 30_000,
  /** How often a recorder's link is looked at: one whose machine is cut off closes nothing, and nobody else misses it. */
  look: 10_000,
  /** When the recording's memory is told again what it may not have heard. */
  tellAgain: 15_000,
  /** When the shell is asked again for a recording that it should have begun. */
  autoAgain: 60_000,
} as const;

/** Recorders that are tried for somebody who waits. */
export const START_TRIES = 2;

/** Most turns of a recording: one that no recorder keeps ends, and what there is of it is kept. */
export const MAX_TURNS = 100;

/** That a recorder has the recording from a time on; of two the one with the higher epoch has it. */
export interface RecorderTurn {
  /** From 1. */
  epoch: number;
  recorderId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Whose turn it is now, and what is known of its link. */
export interface RecorderState {
  recorderId: string;
  epoch: number;
  /** `assigned`: told, no link yet. `linked`: its link is open. `unlinked`: the link was lost, media may well go on. */
  state: 'assigned' | 'linked' | 'unlinked';
  /** Since when it is in this state. */
  since: number;
  /** What its hello said. */
  incarnation?: string;
  target?: CaptureTarget;
  /** When its link was looked at last. */
  lookedAt?: number;
  /** When the Fleet is asked whether it lives, and whether it said so last. */
  checkAt?: number;
  live?: boolean;
}

/** Whether a recorder is being looked for. */
export type RecorderSearch =
  | { state: 'none' }
  | { state: 'asking'; since: number }
  | { state: 'waiting'; until: number };

/** Why a recorder could not go on, or a start has come to nothing. */
export interface RecorderFailure {
  code: ErrorCode;
  message: string;
}

/** A recording that goes on, or is about to. */
export interface RecordingState {
  recordingId: string;
  options: RecordingOptions;
  /** When its first recorder said hello; before that, when it was asked for. Milliseconds since the epoch. */
  startedAt: number;
  /** Absent when the room records by itself. */
  by?: ModeratedBy;
  /** Whether a recorder has said hello: before that, nobody has been told of it. */
  begun: boolean;
  /** Of recorders that opened their link, oldest first. */
  turns: RecorderTurn[];
  /** The highest epoch given out. */
  lastEpoch: number;
  recorder?: RecorderState;
  /** One that said that it cannot go on: it is sent everything until another one says hello. */
  outgoing?: RecorderState;
  search: RecorderSearch;
  /** Since when it has no recorder; absent while it has one, or one that may come back. */
  searchedSince?: number;
  /** Turns that failed one after another, whose they were, and what was said last. */
  failures: number;
  failed: string[];
  failure?: RecorderFailure;
}

/** What the recording's memory has to hear of a room, in order. Hearing it twice changes nothing. */
export type RecordingNews = {
  /** Counts a room's news, from 1. */
  number: number;
  recordingId: string;
} & (
  | { type: 'opened'; options: RecordingOptions; startedAt: number; by?: ModeratedBy }
  | { type: 'turn'; turn: RecorderTurn }
  | { type: 'stopped'; at: number; reason: StopReason }
);

/** Why a recording ended. */
export type StopReason = Extract<DurableEvent, { type: 'recording-stopped' }>['reason'];

/** What is kept of recordings beside the one that goes on. */
export interface RecordingLedger {
  /** What may not have been heard yet, oldest first. */
  untold: RecordingNews[];
  /** When the first of them is told again. */
  tellAt?: number;
  /** `number` of the latest. */
  lastNews: number;
  /** The capture that ended last: a node whose link was gone meanwhile has yet to hear of it. */
  ended?: { recordingId: string; epoch: number };
  /** When the shell was asked to begin a recording by itself. */
  autoAskedAt?: number;
  /** Set where somebody stopped what the room records by itself: it does so again when it has been empty. */
  autoStopped?: true;
}
