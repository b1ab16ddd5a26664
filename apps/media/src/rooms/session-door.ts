import { ParleyError } from '@parley/protocol/errors';
import type { Carrier } from '../sessions/carrier.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionId } from '../sessions/session-context.ts';
import type { VerifiedTicket } from '../tickets/ticket-verifier.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import { ClosedSessions } from './closed-sessions.ts';
import type { HostContext } from './host-context.ts';
import type { MediaRoom } from './media-room.ts';
import type { RoomMedia } from './room-media.ts';

/** What the door needs of its room. */
export interface DoorOptions {
  roomId: string;
  context: Pick<HostContext, 'verifier' | 'metrics' | 'events'>;
  media: RoomMedia;
  /** Of the assignment under which the room is served now. */
  epoch(): number;
}

/** The one way into a room's media, and out: tickets, and the numbers of sessions. */
export class SessionDoor {
  readonly #options: DoorOptions;
  readonly #closed = new ClosedSessions();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * Opens a session for whoever shows a ticket for it, whichever carrier they come over. The number of the session that
   * is open gives that one another carrier; a higher number is a new session, which ends the old one.
   *
   * @throws {ParleyError} what the ticket is not for, or that it was used before; `session_ended` for a number that is past; `room_overloaded` for somebody new; `media_unavailable`
   */
  async admit(ticket: VerifiedTicket, id: SessionId, carrier: Carrier): Promise<Session> {
    const { roomId, context, media, epoch } = this.#options;
    context.verifier.redeem(ticket, { roomId, epoch: epoch(), ...id });
    this.#check(id, ticket.epoch, carrier);
    return (
      this.#attach(ticket, id, carrier) ??
      (await media.place((room, router) => {
        // What may have come about while this waited; from here on nothing waits.
        this.#check(id, ticket.epoch, carrier);
        return this.#attach(ticket, id, carrier) ?? this.#open(room, router, ticket, carrier);
      }))
    );
  }

  /** A session of this room, if it is the one that is open. */
  session({ participantId, session }: SessionId): Session | undefined {
    const held = this.#options.media.room?.sessions.get(participantId);
    return held?.id.session === session ? held : undefined;
  }

  /** Ends a session, and all before it; it does not open again, also where it never was open. */
  end(id: SessionId): void {
    this.forget(id);
    const { room } = this.#options.media;
    const held = room?.sessions.get(id.participantId);
    if (held !== undefined && held.id.session <= id.session) {
      room?.close(id.participantId, 'The Room has ended this session.');
    }
  }

  /** A session that has ended opens no more. */
  forget(id: SessionId): void {
    this.#closed.add(id, Date.now());
  }

  /** Forgets sessions of which no ticket can be shown any more. */
  sweep(): void {
    this.#closed.sweep(Date.now());
  }

  /** Gives the session with the ticket's number another carrier, if it is open. */
  #attach(ticket: VerifiedTicket, id: SessionId, carrier: Carrier): Session | undefined {
    const held = this.session(id);
    if (held === undefined) return undefined;
    held.attach(carrier);
    this.#log('session-attached', ticket, carrier, 'a media session goes on over another carrier');
    return held;
  }

  #open(room: MediaRoom, router: RoomRouter, ticket: VerifiedTicket, carrier: Carrier): Session {
    const session = room.open(ticket, carrier, router);
    this.#options.context.metrics.sessionOpened();
    this.#log('session-opened', ticket, carrier, 'a media session opened');
    return session;
  }

  #log(event: string, { cid, sub, session }: VerifiedTicket, { kind }: Carrier, text: string): void {
    const { roomId, context } = this.#options;
    context.events.info(event, { cid, roomId, participantId: sub, session, carrier: kind }, text);
  }

  #check(id: SessionId, epoch: number, carrier: Carrier): void {
    const { media } = this.#options;
    if (media.closed) throw new ParleyError('room_closed', 'The room was closed on this node.');
    if (epoch !== this.#options.epoch()) {
      throw new ParleyError(
        'ticket_stale_epoch',
        'The room was assigned anew meanwhile; get another ticket.',
      );
    }
    const held = media.room?.sessions.get(id.participantId)?.id.session ?? 0;
    if (id.session < held || this.#closed.has(id)) {
      throw new ParleyError('session_ended', 'This session has ended; ask the Room for another one.');
    }
    if (held === 0 && (media.room?.shed ?? 'none') !== 'none') {
      throw new ParleyError(
        'room_overloaded',
        'The room has all that its media node may give it. Stay: the server tries again by itself as others leave or send less.',
      );
    }
    if (carrier.lost) throw new ParleyError('session_ended', 'The client is gone.');
  }
}
