import type { Assignment } from '../fleet/fleet-client.ts';
import type { HostContext } from './host-context.ts';
import { HostedRoom } from './hosted-room.ts';

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

  /** Ends all rooms because the node stops. */
  close(): void {
    for (const room of this.rooms) room.close();
  }
}
