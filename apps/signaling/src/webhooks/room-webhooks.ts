import type { ClientReport } from '@parley/protocol/client-messages';
import type { SessionReport } from '@parley/protocol/link-messages';
import type { WebhookEvent } from '@parley/protocol/webhook';
import type { Outcome } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { RoomState } from '@parley/room/state';
import { CallLedger } from './call-ledger.ts';
import { type Happening, happenings } from './room-happenings.ts';
import { WebhookOutbox } from './webhook-outbox.ts';
import { WebhookSender } from './webhook-sender.ts';
import type { WebhookService } from './webhook-service.ts';

/** The room that the latest events are of. */
interface Numbering {
  roomId: string;
  createdAt: number;
  /** Of its latest event. */
  seq: number;
}

/**
 * A room's webhooks: makes events of what the rules decide, keeps them until they are delivered, and reports each call.
 * What is told of the room is written at once, so that it is stored together with the state that it came with. Without a
 * service nothing is kept.
 */
export class RoomWebhooks {
  readonly #storage: DurableObjectStorage;
  readonly #outbox: WebhookOutbox;
  readonly #calls: CallLedger;
  readonly #sender: WebhookSender | undefined;

  /** @param onPause called when {@link times} have changed by themselves */
  constructor(ctx: DurableObjectState, service: WebhookService | undefined, onPause: () => Promise<void>) {
    this.#storage = ctx.storage;
    this.#outbox = new WebhookOutbox(ctx.storage.sql, service?.urls ?? []);
    this.#calls = new CallLedger(ctx.storage);
    this.#sender = service && new WebhookSender(ctx, service, this.#outbox, onPause);
  }

  /** A room was made. */
  created(state: RoomState, now: number): void {
    if (this.#sender === undefined) return;
    // A call in an older room of this id ends before anything is told of the new one.
    this.#seal(now);
    const { name, maxParticipants, metadata } = state.settings;
    this.#add(state, { event: 'room-started', name, maxParticipants, metadata }, now);
  }

  /** A command was applied. */
  changed(before: RoomState, command: Command, outcome: Outcome, now: number): void {
    if (this.#sender === undefined) return;
    const { state } = outcome;
    for (const happening of happenings(before, command, outcome)) {
      this.#add(state, happening, now);
      if (happening.event === 'participant-joined') this.#calls.joined(happening.participant, now);
      if (happening.event === 'participant-left') {
        this.#calls.left(happening.participant, happening.reason, now);
      }
    }
    const connected = newlyConnected(before, command, state);
    if (connected !== undefined) this.#calls.connected(connected, now);
    if (Object.keys(state.participants).length === 0) this.#calls.emptied(state.phase === 'closed', now);
  }

  /** The room is gone though the rules have not closed it. */
  lost(now: number): void {
    const room = this.#numbering();
    if (this.#sender === undefined || room === undefined) return;
    for (const participant of this.#calls.present) {
      this.#add(room, { event: 'participant-left', participant, reason: 'room-closed' }, now);
      this.#calls.left(participant, 'room-closed', now);
    }
    this.#add(room, { event: 'room-ended', reason: 'lost' }, now);
    this.#calls.emptied(true, now);
  }

  /** Somebody who leaves says how it was. */
  clientReported(participantId: string, report: ClientReport): void {
    this.#calls.clientReported(participantId, report);
  }

  /** A node says how a session was; also of somebody who has left, and of a room that is closed. */
  sessionReported(participantId: string, report: SessionReport): void {
    this.#calls.sessionReported(participantId, report);
  }

  /** Reports a call that is over by now, and delivers what is due. */
  wake(now: number): void {
    if (this.#sender === undefined) return;
    const { sealAt } = this.#calls;
    if (sealAt !== undefined && sealAt <= now) this.#seal(now);
    this.#sender.start(now);
  }

  /** When {@link wake} is to be called, milliseconds since the epoch. */
  get times(): number[] {
    if (this.#sender === undefined) return [];
    const { sealAt } = this.#calls;
    return sealAt === undefined ? this.#sender.times : [sealAt, ...this.#sender.times];
  }

  /** Whether the storage of a room that is closed holds nothing of value any more. */
  get isDone(): boolean {
    return this.#sender === undefined || (this.#outbox.isEmpty && this.#calls.isEmpty);
  }

  /** Call it when the storage was emptied. */
  forget(): void {
    this.#outbox.forget();
    this.#calls.forget();
  }

  #seal(now: number): void {
    const room = this.#numbering();
    if (room === undefined) return;
    const report = this.#calls.seal(now);
    if (report !== undefined) this.#add(room, report, now);
  }

  #add(
    { roomId, createdAt }: { roomId: string; createdAt: number },
    happening: Happening,
    now: number,
  ): void {
    const known = this.#numbering();
    const seq = known?.createdAt === createdAt ? known.seq + 1 : 1;
    this.#storage.kv.put('webhooks', { roomId, createdAt, seq } satisfies Numbering);
    const { event, ...rest } = happening;
    const all = { event, id: crypto.randomUUID(), at: now, roomId, room: { createdAt }, seq, ...rest };
    this.#outbox.add(all as WebhookEvent, now);
  }

  #numbering(): Numbering | undefined {
    return this.#storage.kv.get<Numbering>('webhooks');
  }
}

/** Whose media a node has just said to be connected. */
function newlyConnected(before: RoomState, command: Command, after: RoomState): string | undefined {
  if (command.type !== 'link-report' || command.report.type !== 'media-state') return undefined;
  const { participantId } = command.report;
  const was = before.participants[participantId]?.media;
  return was !== 'connected' && after.participants[participantId]?.media === 'connected'
    ? participantId
    : undefined;
}
