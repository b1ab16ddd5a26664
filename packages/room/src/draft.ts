import type { ErrorCode } from '@parley/protocol/errors';
import type { ServerMessage } from '@parley/protocol/server-messages';
import type { Effect } from './effects.ts';
import type { Assignment, ParticipantState, RoomState } from './state.ts';

/** One transition in the making: a private copy of the state to change, the time, and the effects so far. */
export class Draft {
  readonly state: RoomState;
  readonly now: number;
  readonly effects: Effect[] = [];

  constructor(state: RoomState, now: number) {
    this.state = structuredClone(state);
    this.now = now;
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Tells one participant, if it has a socket. */
  tell(participant: ParticipantState, message: Extract<Effect, { type: 'send' }>['message']): void {
    if (participant.connectionId === undefined) return;
    this.emit({ type: 'send', connectionId: participant.connectionId, message });
  }

  /** Tells everybody who has a socket, but for `except`. */
  broadcast(message: Exclude<ServerMessage, { type: 'joined' }>, except?: ParticipantState): void {
    for (const participant of Object.values(this.state.participants)) {
      if (participant !== except) this.tell(participant, message);
    }
  }

  /** Answers a connection with an error. */
  refuse(connectionId: string, code: ErrorCode, message: string, requestType: string): void {
    this.emit({ type: 'send', connectionId, message: { type: 'error', code, message, requestType } });
  }

  /** Tells a node over its link; false when that is not open. */
  tellNode(nodeId: string | undefined, message: Extract<Effect, { type: 'link-send' }>['message']): boolean {
    const assignment = nodeId === undefined ? undefined : this.linked(nodeId);
    if (assignment === undefined) return false;
    this.emit({ type: 'link-send', nodeId: assignment.nodeId, epoch: assignment.epoch, message });
    return true;
  }

  byConnection(connectionId: string): ParticipantState | undefined {
    return Object.values(this.state.participants).find((p) => p.connectionId === connectionId);
  }

  /** The assignment whose link is open, for a node or any. */
  linked(nodeId?: string): Assignment | undefined {
    return Object.values(this.state.assignments).find(
      (a) => a.state === 'linked' && (nodeId === undefined || a.nodeId === nodeId),
    );
  }
}
