import { LEASE_SECONDS, type NodeLife } from '@parley/protocol/fleet-messages';
import { closeQuietly, closeWithError } from '../sockets.ts';

/** What a member's socket remembers through hibernation. */
interface MemberAttachment<Facts> {
  role: Role;
  id: string;
  /** Set by hello: before it, the member gets no work. */
  incarnation?: string;
  facts?: Facts;
  /** Last word from it, milliseconds since the epoch. */
  heardAt: number;
}

/** That the Fleet saw a member's socket end, as a deploy does not let it. */
interface Departure {
  incarnation: string;
  at: number;
}

/** What kind of process a member is. */
export type Role = 'node' | 'recorder';

/** A member that could take work now. */
export interface Member<Facts> {
  id: string;
  incarnation: string;
  facts: Facts;
  socket: WebSocket;
}

/** A member as it is told of. */
export interface MemberReport<Facts> {
  id: string;
  /** Whether it could take work now. */
  up: boolean;
  /** As it told last; absent when it has left. */
  facts?: Facts;
}

/** A member whose socket ended is given this long to open another before it counts as dead, ms. */
const DEPARTED_AFTER = 1_500;

/** Nobody asks about a member that went this long ago, ms. */
const FORGET_DEPARTURE = 60 * 60_000;

/** Where departures are kept. Those of nodes are where versions before have them. */
const DEPARTURES: Readonly<Record<Role, string>> = {
  node: 'departure:',
  recorder: 'recorder-departure:',
};

/** The role of the process that a socket belongs to. */
export function roleOf(socket: WebSocket): Role {
  return attachmentOf(socket).role;
}

function attachmentOf<Facts>(socket: WebSocket): MemberAttachment<Facts> {
  return socket.deserializeAttachment() as MemberAttachment<Facts>;
}

/** The processes of one kind that hold a socket to the Fleet: their leases, and which of them are gone. */
export class FleetMembers<Facts> {
  readonly #ctx: DurableObjectState;
  readonly #role: Role;

  constructor(ctx: DurableObjectState, role: Role) {
    this.#ctx = ctx;
    this.#role = role;
  }

  /** Takes a member's socket, which has yet to say hello; its older one is closed. */
  accept(id: string): Response {
    for (const older of this.#socketsOf(id)) {
      closeWithError(older, 'assignment_stale', `The ${this.#role} has connected again.`);
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [this.#role, this.#tag(id)]);
    const attachment: MemberAttachment<Facts> = { role: this.#role, id, heardAt: Date.now() };
    server.serializeAttachment(attachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A member has said hello. */
  greeted(socket: WebSocket, incarnation: string, facts: Facts): void {
    const attachment = attachmentOf<Facts>(socket);
    this.#ctx.storage.kv.delete(this.#departureKey(attachment.id));
    socket.serializeAttachment({ ...attachment, incarnation, facts, heardAt: Date.now() });
  }

  /** What a member has said of itself last. */
  factsOf(socket: WebSocket): Facts | undefined {
    return attachmentOf<Facts>(socket).facts;
  }

  /** A member has told what it carries now: it lives. */
  heard(socket: WebSocket, facts: Facts): void {
    socket.serializeAttachment({ ...attachmentOf<Facts>(socket), facts, heardAt: Date.now() });
  }

  /** What is known of a member has changed, without a word from it. */
  correct(socket: WebSocket, facts: Facts): void {
    socket.serializeAttachment({ ...attachmentOf<Facts>(socket), facts });
  }

  /** A member's socket has ended. */
  closed(socket: WebSocket): void {
    closeQuietly(socket, 1000, '');
    const { id, incarnation } = attachmentOf<Facts>(socket);
    if (incarnation === undefined || this.#isBack(id, incarnation)) return;
    const now = Date.now();
    for (const [key, { at }] of this.#departures()) {
      if (now > at + FORGET_DEPARTURE) this.#ctx.storage.kv.delete(key);
    }
    const departure: Departure = { incarnation, at: now };
    this.#ctx.storage.kv.put(this.#departureKey(id), departure);
  }

  /** What is known of a process of a member, see {@link NodeLife}. */
  lifeOf(id: string, incarnation: string | undefined): NodeLife {
    const live = this.find(id);
    if (live !== undefined) return live.incarnation === incarnation ? 'live' : 'dead';
    const departure = this.#ctx.storage.kv.get<Departure>(this.#departureKey(id));
    if (departure !== undefined && departure.incarnation === incarnation) {
      return Date.now() >= departure.at + DEPARTED_AFTER ? 'dead' : 'unknown';
    }
    // A socket without a heartbeat: the lease has run out.
    const silent = this.#socketsOf(id).some((socket) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      return attachmentOf<Facts>(socket).heardAt < Date.now() - LEASE_SECONDS * 1000;
    });
    return silent ? 'dead' : 'unknown';
  }

  /** Those that have a socket, and those whose end was seen within the last hour, by id. */
  reports(): MemberReport<Facts>[] {
    const reports = new Map<string, MemberReport<Facts>>();
    for (const [key, { at }] of this.#departures()) {
      const id = key.slice(DEPARTURES[this.#role].length);
      if (Date.now() <= at + FORGET_DEPARTURE) reports.set(id, { id, up: false });
    }
    const live = new Map(this.live().map((member) => [member.socket, member]));
    for (const socket of this.#ctx.getWebSockets(this.#role)) {
      const { id, incarnation } = attachmentOf<Facts>(socket);
      if (incarnation === undefined || reports.get(id)?.up) continue;
      const member = live.get(socket);
      reports.set(id, member === undefined ? { id, up: false } : { id, up: true, facts: member.facts });
    }
    return [...reports.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Those that have said hello and send heartbeats. */
  live(): Member<Facts>[] {
    const since = Date.now() - LEASE_SECONDS * 1000;
    return this.#ctx.getWebSockets(this.#role).flatMap((socket) => {
      const { id, incarnation, facts, heardAt } = attachmentOf<Facts>(socket);
      if (socket.readyState !== WebSocket.OPEN || heardAt < since) return [];
      return incarnation === undefined || facts === undefined ? [] : [{ id, incarnation, facts, socket }];
    });
  }

  find(id: string): Member<Facts> | undefined {
    return this.live().find((member) => member.id === id);
  }

  #isBack(id: string, incarnation: string): boolean {
    return this.live().some((member) => member.id === id && member.incarnation === incarnation);
  }

  #departures(): Iterable<[string, Departure]> {
    return this.#ctx.storage.kv.list<Departure>({ prefix: DEPARTURES[this.#role] });
  }

  #departureKey(id: string): string {
    return `${DEPARTURES[this.#role]}${id}`;
  }

  #socketsOf(id: string): WebSocket[] {
    return this.#ctx.getWebSockets(this.#tag(id));
  }

  /** An id has no colon, so that no tag is another's. */
  #tag(id: string): string {
    return `${this.#role}:${id}`;
  }
}
