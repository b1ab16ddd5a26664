import type { ClientMessage, Join } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { LinkSession, NodeLinkMessage } from '@parley/protocol/link-messages';
import type { ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import type { CaptureEvent, CaptureTarget } from '@parley/protocol/recording/capture';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { UpdateRoomRequest } from '@parley/protocol/rest';
import type { Access } from './state.ts';

/** What a joined client may still say. */
export type MemberMessage = Exclude<ClientMessage, Join>;

/** What a node says over an open link, but for what the shell answers itself. */
export type LinkReport = Exclude<
  NodeLinkMessage,
  { type: 'hello' | 'stats' | 'session-report' | 'capture-event' }
>;

/** Why somebody is not let in: the access token was wrong. Whoever proves to be a participant is. */
export interface AccessRefusal {
  code: ErrorCode;
  message: string;
}

/** The secret with which somebody who is admitted comes back. */
export interface ResumeKey {
  resumeSecret: string;
  resumeHash: string;
}

/** Whose turn a recorder's message is about: it counts only while that is its turn. */
export interface TurnId {
  recordingId: string;
  recorderId: string;
  epoch: number;
}

/** What can happen to a room's recording. */
export type RecordingCommand =
  /** Over the API, by somebody who may. */
  | { type: 'start-recording'; recordingId: string; options: RecordingOptions; by: ModeratedBy }
  | { type: 'stop-recording'; by: ModeratedBy }
  /** Answers the effect `auto-record`. */
  | { type: 'auto-record'; recordingId: string }
  /** The Fleet chose a recorder. */
  | { type: 'recorder-placed'; recorderId: string }
  | { type: 'recorder-placement-failed' }
  /** The Fleet could not hand the assignment to its recorder. */
  | ({ type: 'recorder-assign-failed' } & TurnId)
  /** A recorder showed its assignment and said hello; the shell has verified both. */
  | ({ type: 'recorder-linked'; incarnation: string; target: CaptureTarget } & TurnId)
  /** It says that it cannot go on, or never could. */
  | ({ type: 'recorder-failed'; code: ErrorCode; message: string } & TurnId)
  /** `stopped`: the recorder said that it stops. */
  | ({ type: 'recorder-unlinked'; stopped: boolean } & TurnId)
  /** What the Fleet knows of a recorder whose link is gone. */
  | ({ type: 'recorder-checked'; life: NodeLife } & TurnId)
  /** Whether the recording's memory has heard some news. */
  | { type: 'recording-told'; number: number; heard: boolean };

/** Everything that can happen to a room. */
export type Command =
  | {
      type: 'join';
      connectionId: string;
      request: Join;
      access: Access | AccessRefusal;
      /** See `ParticipantState.address`. */
      address?: string;
      /** Names the connection in logs. */
      cid?: string;
      /** Used where somebody new joins; the secret's hash is kept, the secret is told. */
      participantId: string;
      resumeKey: ResumeKey;
      /** The hash of `request.resume.secret`, where there is one. */
      shownHash?: string;
    }
  /** `resumeKeys`, here and in the next two: `keysNeeded` says how many, for those whom it lets in. */
  | {
      type: 'client-message';
      connectionId: string;
      message: MemberMessage;
      resumeKeys?: readonly ResumeKey[];
    }
  /** Over the API, by somebody who may: see `moderationRefusal` for what it comes to. */
  | { type: 'moderate'; by: ModeratedBy; request: ModerationAction; resumeKeys?: readonly ResumeKey[] }
  | { type: 'update'; by: ModeratedBy; change: UpdateRoomRequest; resumeKeys?: readonly ResumeKey[] }
  | { type: 'connection-closed'; connectionId: string }
  /** The Fleet chose a node. */
  | { type: 'placed'; nodeId: string }
  | { type: 'placement-failed' }
  /** The Fleet could not hand the assignment to its node. */
  | { type: 'assign-failed'; nodeId: string; epoch: number }
  /** A node showed its assignment and said hello; the shell has verified both. */
  | {
      type: 'link-opened';
      nodeId: string;
      epoch: number;
      sessions: LinkSession[];
      incarnation: string;
      publicUrl?: string;
    }
  | { type: 'link-report'; nodeId: string; epoch: number; report: LinkReport }
  /** `stopped`: the node said that it stops or has ended the room, so nothing is there to come back to. */
  | { type: 'link-closed'; nodeId: string; epoch: number; stopped: boolean }
  /** What the Fleet knows of a node whose link is gone. */
  | { type: 'node-checked'; nodeId: string; epoch: number; life: NodeLife }
  /** What a node says of a capture, under the epoch of its assignment and that of the recorder's turn. */
  | {
      type: 'capture-event';
      nodeId: string;
      nodeEpoch: number;
      recordingId: string;
      epoch: number;
      event: CaptureEvent;
    }
  | RecordingCommand
  | { type: 'delete' }
  /** The time that `nextWake` asked for has come. */
  | { type: 'wake' };
