import type { ClientMessage, Join } from '@parley/protocol/client-messages';
import type { LinkSession, NodeLinkMessage } from '@parley/protocol/link-messages';

/** What a joined client may still say. */
export type MemberMessage = Exclude<ClientMessage, Join>;

/** What a node says over an open link, but for what the shell answers itself. */
export type LinkReport = Exclude<NodeLinkMessage, { type: 'hello' } | { type: 'stats' }>;

/** Everything that can happen to a room. */
export type Command =
  | { type: 'join'; connectionId: string; participantId: string; request: Join }
  | { type: 'client-message'; connectionId: string; message: MemberMessage }
  | { type: 'connection-closed'; connectionId: string }
  /** The Fleet chose a node. */
  | { type: 'placed'; nodeId: string }
  | { type: 'placement-failed' }
  /** The Fleet could not hand the assignment to its node. */
  | { type: 'assign-failed'; nodeId: string; epoch: number }
  /** A node showed its assignment and said hello; the shell has verified both. */
  | { type: 'link-opened'; nodeId: string; epoch: number; sessions: LinkSession[] }
  | { type: 'link-report'; nodeId: string; epoch: number; report: LinkReport }
  | { type: 'link-closed'; nodeId: string; epoch: number }
  | { type: 'delete' }
  /** The time that `nextWake` asked for has come. */
  | { type: 'wake' };
