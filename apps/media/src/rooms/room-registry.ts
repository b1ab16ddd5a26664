import { ParleyError } from '@parley/protocol/errors';
import type { Assignment } from '../fleet/node-fleet.ts';
import type { Carrier } from '../sessions/carrier.ts';
import type { Session } from '../sessions/session.ts';
import type { HostContext } from './host-context.ts';
import { HostedRoom } from './hosted-room.ts';
import { refusalOf } from './refusal.ts';

/** The rooms that this node serves. */
export class RoomRegistry {
  readonly #context: HostContext;
  readonly #rooms = new Map<string, HostedRoom>();

  constructor(context: HostContext) {
    this.#context = context;
  }

  get rooms(): HostedRoom[] {
    return [...this.#rooms.values()];
  }

  /** Media sessions on this node. */
  get participants(): number {
    return this.rooms.reduce((sum, { media }) => sum + (media?.sessions.size ?? 0), 0);
  }

  /** Serves a room under an assignment; of several for one room the highest epoch counts. */
  assign(assignment: Assignment): void {
    const { roomId, epoch } = assignment;
    const known = this.#rooms.get(roomId);
    this.#context.events.info('assigned', { roomId, epoch }, 'a room was assigned to this node');
    if (known !== undefined) {
      known.reassign(assignment);
      return;
    }
    const room: HostedRoom = new HostedRoom(assignment, this.#context, () => {
      if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
    });
    this.#rooms.set(roomId, room);
  }

  /**
   * Opens a session, or gives it another carrier, for a client that came by itself. Nothing is said about a room before
   * the ticket is known to be the edge's.
   *
   * @throws {ParleyError} what is wrong with the ticket; see {@link HostedRoom.admit}; `ticket_stale_epoch` where the room is not here
   */
  async admit(ticket: string, carrier: Carrier): Promise<Session> {
    let where = {};
    try {
      const verified = await this.#context.verifier.verify(ticket);
      const { cid, room: roomId, sub: participantId, session } = verified;
      where = { cid, roomId, participantId, session };
      const room = this.#rooms.get(roomId);
      if (room === undefined) {
        throw new ParleyError(
          'ticket_stale_epoch',
          'This node does not serve the room now; ask the Room again.',
        );
      }
      return await room.admit(verified, { participantId, session }, carrier);
    } catch (error) {
      throw refusalOf(error, where, this.#context);
    }
  }

  /** Lets go of what was left behind: see {@link HostedRoom.sweep}, and tickets that could not be used anyway. */
  sweep(): void {
    for (const room of this.rooms) room.sweep();
    this.#context.verifier.sweep();
  }

  /** Ends all rooms because the node stops; resolves when their Rooms know. */
  async close(): Promise<void> {
    await Promise.all(this.rooms.map((room) => room.close()));
  }
}
