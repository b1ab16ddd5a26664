import type { ErrorCode } from '@parley/protocol/errors';
import type { Grants } from '@parley/protocol/grants';
import type { RoomLinkMessage } from '@parley/protocol/link-messages';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { DurableEvent, Joined, ServerMessage } from '@parley/protocol/server-messages';

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
            | 'close-room';
        }
      >;
    };
