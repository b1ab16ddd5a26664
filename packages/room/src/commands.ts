import type { ClientMessage, Join } from '@parley/protocol/client-messages';
import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { LinkSession, NodeLinkMessage } from '@parley/protocol/link-messages';

/** What a joined client may still say. */
export type MemberMessage = Exclude<ClientMessage, Join>;

/** What a node says over an open link, but for what the shell answers itself. */
export type LinkReport = Exclude<NodeLinkMessage, { type: 'hello' } | { type: 'stats' }>;

/** Everything that can happen to a room. */
export type Command =
  | {
      type: 'join';
      connectionId: string;
      request: Join;
      /** Used where somebody new joins; the secret's hash is kept, the secret is told. */
      participantId: string;
      resumeSecret: string;
      resumeHash: string;
      /** The hash of `request.resume.secret`, where there is one. */
      shownHash?: string;
    }
  | { type: 'client-message'; connectionId: string; message: MemberMessage }
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
  | { type: 'delete' }
  /** The time that `nextWake` asked for has come. */
  | { type: 'wake' };
