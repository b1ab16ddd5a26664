import type { ErrorCode } from '@parley/protocol/errors';
import type { Grants } from '@parley/protocol/grants';
import type { RoomLinkMessage } from '@parley/protocol/link-messages';
import type { Joined, ServerMessage } from '@parley/protocol/server-messages';

/** `joined` but for what the shell adds from the server's configuration. */
export type JoinedByRoom = Omit<Joined, 'media'>;

/** What the shell has to do, in this order. */
export type Effect =
  | { type: 'send'; connectionId: string; message: Exclude<ServerMessage, Joined> | JoinedByRoom }
  /** Closes a client's socket: normally without a code, else with the error's close code. */
  | { type: 'disconnect'; connectionId: string; code?: ErrorCode; reason: string }
  /** Asks the Fleet for a node; answered by `placed` or `placement-failed`. */
  | { type: 'place'; exclude: string[] }
  /** Signs the assignment and has the Fleet deliver it. */
  | { type: 'assign'; nodeId: string; epoch: number }
  /** Signs a renewed assignment and answers the node's hello. */
  | { type: 'welcome'; nodeId: string; epoch: number }
  /** Signs a ticket and opens the participant's media session over the link. */
  | {
      type: 'open-session';
      nodeId: string;
      epoch: number;
      participantId: string;
      grants: Grants;
      requestOffers: boolean;
    }
  | {
      type: 'link-send';
      nodeId: string;
      epoch: number;
      message: Extract<
        RoomLinkMessage,
        { type: 'session-request' | 'close-session' | 'set-muted' | 'close-room' }
      >;
    };
