import { NODE_STOPS, type NodeLinkMessage } from '@parley/protocol/link-messages';
import type { Assignment } from '../fleet/node-fleet.ts';
import { LinkOutbox } from '../links/link-outbox.ts';
import { ROOM_ENDED, type RoomCommand, RoomLink } from '../links/room-link.ts';
import type { Carrier } from '../sessions/carrier.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionId } from '../sessions/session-context.ts';
import type { VerifiedTicket } from '../tickets/ticket-verifier.ts';
import type { HostContext } from './host-context.ts';
import type { MediaRoom } from './media-room.ts';
import { RoomCommands } from './room-commands.ts';
import { RoomMedia } from './room-media.ts';
import { SessionDoor } from './session-door.ts';

/** How long the sessions of a room that ends may take to be reported, ms. */
const REPORT_MS = 1_000;

/** A room that this node serves: its link to the Room object, and its media once somebody is in it. */
export class HostedRoom {
  readonly roomId: string;
  readonly #context: HostContext;
  readonly #onEnded: () => void;
  readonly #outbox = new LinkOutbox();
  readonly #media: RoomMedia;
  readonly #door: SessionDoor;
  readonly #commands: RoomCommands;
  #epoch: number;
  #link: RoomLink;
  /** Since when the link is down, ms of `performance.now()`. */
  #linkDownSince: number | undefined;

  /** @param onEnded called once, when the room has ended by itself or by the Room's will */
  constructor(assignment: Assignment, context: HostContext, onEnded: () => void) {
    const { roomId } = assignment;
    this.roomId = roomId;
    this.#epoch = assignment.epoch;
    this.#context = context;
    this.#onEnded = onEnded;
    const tell = (message: NodeLinkMessage) => this.#link.send(message);
    this.#media = new RoomMedia(roomId, context, {
      published: (id, track) => tell({ type: 'track-published', ...id, track }),
      unpublished: (id, trackId) => tell({ type: 'track-unpublished', ...id, trackId }),
      mediaState: (id, state) => tell({ type: 'media-state', ...id, state }),
      lost: (id) => this.#lost(id),
      report: (id, report) => tell({ type: 'session-report', ...id, report }),
      captured: ({ recordingId, epoch }, event) => tell({ type: 'capture-event', recordingId, epoch, event }),
    });
    const parts = { roomId, context, media: this.#media, epoch: () => this.#epoch };
    this.#door = new SessionDoor(parts);
    this.#commands = new RoomCommands({ ...parts, door: this.#door, tell });
    this.#link = this.#openLink(assignment);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get linkUp(): boolean {
    return this.#link.up;
  }

  /** The room's media, once there is any. */
  get media(): MediaRoom | undefined {
    return this.#media.room;
  }

  /** For clients that come by themselves, see {@link SessionDoor.admit}. The Room, which did not see them come, is told. */
  async admit(ticket: VerifiedTicket, id: SessionId, carrier: Carrier): Promise<Session> {
    const session = await this.#door.admit(ticket, id, carrier);
    this.#link.send({ type: 'session-opened', ...id });
    return session;
  }

  /** Takes a newer assignment, or the same again while the link is down. Media goes on; the Room reconciles. */
  reassign(assignment: Assignment): void {
    if (assignment.epoch < this.#epoch) return;
    if (assignment.epoch === this.#epoch && this.#link.up) return;
    this.#link.close(1000, 'replaced by a newer assignment');
    this.#epoch = assignment.epoch;
    this.#link = this.#openLink(assignment);
  }

  /** Lets go of what nobody needs any more: the room itself, where the edge is out of reach and nobody's media flows. */
  sweep(): void {
    this.#door.sweep();
    const since = this.#linkDownSince;
    if (since === undefined || performance.now() - since < this.#context.orphanGraceMs) return;
    if (this.#sessions().some(({ mediaState }) => mediaState === 'connected')) return;
    void this.#end(ROOM_ENDED, 'nobody is in the room and the edge is out of reach');
  }

  /** Ends the room because the node stops; resolves when the Room has been told all there is to tell. */
  async close(): Promise<void> {
    await this.#end(NODE_STOPS, 'the node stops');
  }

  #openLink({ roomId, assignment }: Assignment): RoomLink {
    const { edgeUrl, incarnation, publicUrl, logger, events, metrics, socketTuning } = this.#context;
    return new RoomLink({
      edgeUrl,
      roomId,
      assignment,
      incarnation,
      publicUrl,
      logger,
      events,
      metrics,
      outbox: this.#outbox,
      sessions: () => this.#sessions().map(({ id, tracks }) => ({ ...id, tracks })),
      onCommand: (command) => this.#handle(command),
      onUp: () => {
        this.#linkDownSince = undefined;
        events.info('link-up', { roomId, epoch: this.#epoch }, 'room link is up');
        this.#retell();
      },
      onDown: () => {
        this.#linkDownSince ??= performance.now();
      },
      onRevoked: ({ code, reason }) => void this.#end(code, `the Room ended its link (${code} ${reason})`),
      ...(socketTuning && { socketTuning }),
    });
  }

  #handle(command: RoomCommand): void {
    if (command.type === 'close-room') void this.#end(1000, 'the room is closed');
    else this.#commands.handle(command);
  }

  #sessions(): Session[] {
    return [...(this.#media.room?.sessions.values() ?? [])];
  }

  /** A worker's death took a session along. */
  #lost(id: SessionId): void {
    this.#door.forget(id);
    const message = 'The media worker of this room failed.';
    this.#link.send({ type: 'session-closed', ...id, code: 'media_unavailable', message });
  }

  /** Tells the Room what `hello` does not say, and clients what may have been lost with an older link. */
  #retell(): void {
    for (const session of this.#sessions()) {
      const state = session.mediaState;
      if (state !== undefined) this.#link.send({ type: 'media-state', ...session.id, state });
      if (session.carrier.kind === 'relay') session.carrierRestored();
    }
  }

  async #end(code: number, reason: string): Promise<void> {
    if (this.#media.closed) return;
    const reported = this.#media.close('The room has ended on this node.');
    this.#context.events.info('room-ended', { roomId: this.roomId, reason }, 'a room ended on this node');
    this.#onEnded();
    // The worker answers at once, or is gone, or hangs.
    await within(REPORT_MS, reported);
    this.#link.close(code, reason);
  }
}

/** Waits for something, but no longer than some milliseconds. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
