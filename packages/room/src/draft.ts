import type { ErrorCode } from '@parley/protocol/errors';
import type { DurableEvent, ServerMessage } from '@parley/protocol/server-messages';
import type { Effect, LoggedEvent } from './effects.ts';
import type { Assignment, ParticipantState, RoomState } from './state.ts';

type Unnumbered<E> = E extends DurableEvent ? Omit<E, 'seq'> : never;

/** One transition in the making: a private copy of the state to change, the time, and what follows so far. */
export class Draft {
  readonly state: RoomState;
  readonly now: number;
  readonly effects: Effect[] = [];
  readonly events: LoggedEvent[] = [];

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

  /** Tells everybody who has a socket something of the moment. */
  broadcast(message: Exclude<ServerMessage, { type: 'joined' } | DurableEvent>): void {
    for (const participant of Object.values(this.state.participants)) this.tell(participant, message);
  }

  /** Tells everybody who moderates something of the moment. */
  tellModerators(message: Exclude<ServerMessage, { type: 'joined' } | DurableEvent>): void {
    for (const participant of Object.values(this.state.participants)) {
      if (participant.grants.moderate) this.tell(participant, message);
    }
  }

  /** Gives a durable event its number, logs it, and tells everybody who has a socket, but for `except`. */
  record(event: Unnumbered<DurableEvent>, except?: ParticipantState): void {
    this.state.lastSeq += 1;
    const numbered: DurableEvent = { ...event, seq: this.state.lastSeq };
    this.events.push({ event: numbered, ...(except && { except: except.participantId }) });
    for (const participant of Object.values(this.state.participants)) {
      if (participant !== except) this.tell(participant, numbered);
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
