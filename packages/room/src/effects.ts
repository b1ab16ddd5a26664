import type { ErrorCode } from '@parley/protocol/errors';
import type { Grants } from '@parley/protocol/grants';
import type { RoomLinkMessage } from '@parley/protocol/link-messages';
import type { RecordedParticipant, RoomRecorderMessage } from '@parley/protocol/recording/recorder-link';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { DurableEvent, Joined, ServerMessage } from '@parley/protocol/server-messages';
import type { TurnId } from './commands.ts';
import type { RecorderFailure, RecordingNews } from './recording-state.ts';

/** `joined` but for what the shell adds from the server's configuration. */
export type JoinedByRoom = Omit<Joined, 'media'>;

/** A durable event for the log; `except` is the participant that does not hear of it. */
export interface LoggedEvent {
  event: DurableEvent;
  except?: string;
}

/** What a ticket says. */
export interface SessionTerms {
  nodeId: string;
  epoch: number;
  participantId: string;
  session: number;
  grants: Grants;
  requestOffers: boolean;
  /** See `ParticipantState.autoSubscribe`. */
  autoSubscribe?: false;
  /** See `Join.recovers`. */
  recovers?: true;
  /** See `ParticipantState.cid`. */
  cid?: string;
}

/** Where the ticket goes. */
export type OpenCarrier = { type: 'relay' } | { type: 'direct'; url: string; connectionId: string };

/** What the shell has to do, in this order. */
export type Effect =
  | { type: 'send'; connectionId: string; message: Exclude<ServerMessage, Joined> | JoinedByRoom }
  /** Closes a client's socket: normally without a code, else with the error's close code. */
  | { type: 'disconnect'; connectionId: string; code?: ErrorCode; reason: string }
  /** A participant is gone, or was not let in after all: its address has a place again. */
  | { type: 'free-place'; participantId: string; address: string }
  /** Asks the Fleet for a node; answered by `placed` or `placement-failed`. */
  | { type: 'place'; exclude: string[] }
  /** Signs the assignment and has the Fleet deliver it. */
  | { type: 'assign'; nodeId: string; epoch: number }
  /** Signs a renewed assignment and answers the node's hello. */
  | { type: 'welcome'; nodeId: string; epoch: number; media?: RoomMediaOptions }
  /** Sends what the log has for a participant after one event and up to another. */
  | { type: 'replay'; connectionId: string; participantId: string; after: number; upTo: number }
  /** Asks the Fleet whether a node lives; answered by `node-checked`. */
  | { type: 'check-node'; nodeId: string; epoch: number; incarnation: string | undefined }
  /** Signs a ticket and opens the participant's media session: over the link, or by sending the ticket to the client. */
  | ({ type: 'open-session'; carrier: OpenCarrier } & SessionTerms)
  | {
      type: 'link-send';
      nodeId: string;
      epoch: number;
      message: Extract<
        RoomLinkMessage,
        {
          type:
            | 'session-request'
            | 'close-session'
            | 'set-muted'
            | 'set-grants'
            | 'set-room-media'
            | 'capture'
            | 'end-capture'
            | 'close-room';
        }
      >;
    }
  | RecordingEffect;

/** What has to be done about a recording. */
export type RecordingEffect =
  /** Wants an id for a recording that the room begins by itself; answered by `auto-record`. */
  | { type: 'auto-record' }
  /** Asks the Fleet for a recorder; answered by `recorder-placed` or `recorder-placement-failed`. */
  | { type: 'place-recorder'; exclude: string[] }
  /** Signs the assignment and has the Fleet deliver it. */
  | ({ type: 'assign-recorder'; options: RecordingOptions } & TurnId)
  /** Signs a renewed assignment and answers the recorder's hello. */
  | ({
      type: 'welcome-recorder';
      options: RecordingOptions;
      startedAt: number;
      participants: RecordedParticipant[];
    } & TurnId)
  /** Sends over the recorder's link; `stop` is the last that it carries. */
  | ({ type: 'recorder-send'; message: Exclude<RoomRecorderMessage, { type: 'welcome' }> } & TurnId)
  /** Asks the Fleet whether a recorder lives; answered by `recorder-checked`. */
  | ({ type: 'check-recorder'; incarnation: string | undefined } & TurnId)
  /** Tells the recording's memory; answered by `recording-told`. */
  | { type: 'tell-recording'; news: RecordingNews }
  /** Answers whoever waits for a start: it records, or why it does not. */
  | { type: 'start-answered'; recordingId: string; failure?: RecorderFailure };
