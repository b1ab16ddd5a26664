import type { Assault, Counts } from './assault.ts';
import { HostileSocket, type Said } from './hostile-socket.ts';

/** How a hostile client presents itself. */
export type Persona = 'plain' | 'recovers' | 'direct';

/** A way to a session on the node. */
export interface DirectWay {
  url: string;
  ticket: string;
  session: number;
}

let visitors = 0;

/** What a client of a persona says to be let in. */
export function joinOf(room: string, persona: Persona): object {
  visitors += 1;
  return {
    type: 'join',
    roomId: room,
    participantName: `Hostile ${visitors} \u202e`,
    requestOffers: persona === 'plain',
    recovers: persona !== 'plain',
    direct: persona === 'direct',
  };
}

/** A hostile client that the room has let in, as it lets everybody in. */
export class RoomVisitor {
  readonly socket: HostileSocket;
  readonly participantId: string;

  private constructor(socket: HostileSocket, { participantId }: Said) {
    this.socket = socket;
    this.participantId = String(participantId);
  }

  /** Undefined when the room is full, or the socket refused. */
  static async enter(
    { edgeUrl, room }: Pick<Assault, 'edgeUrl' | 'room'>,
    persona: Persona,
    counts: Counts,
  ): Promise<RoomVisitor | undefined> {
    const url = `${edgeUrl.replace('http', 'ws')}/ws?room=${room}`;
    const socket = await HostileSocket.open(url, counts);
    socket?.send(joinOf(room, persona));
    const joined = await socket?.hears(({ type }) => type === 'joined', 'joined');
    if (socket === undefined || joined === undefined) return undefined;
    counts.add('hostile participants');
    return new RoomVisitor(socket, joined);
  }

  /** The latest way to the own session that the Room has told, for a direct client. */
  async way(from = 0): Promise<DirectWay | undefined> {
    const told = await this.socket.hears(({ type }) => type === 'media-session', 'media-session', from);
    const carrier = told?.['carrier'] as { type: string; url: string; ticket: string } | undefined;
    if (carrier?.type !== 'direct') return undefined;
    return { url: `${carrier.url}/session`, ticket: carrier.ticket, session: Number(told?.['session']) };
  }

  /** Another ticket for the session that is open. */
  async nextWay(session: number): Promise<DirectWay | undefined> {
    const from = this.socket.said.length;
    this.socket.send({ type: 'reconnect-session', session, carrier: 'direct' });
    return await this.way(from);
  }
}
