import type { SessionRequest } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import { NodeLinkMessage, type RoomLinkMessage } from '@parley/protocol/link-messages';
import type { SessionEvent } from '@parley/protocol/server-messages';
import type { RoomMediaStats } from '@parley/protocol/stats';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { WebSocket } from 'ws';
import { Inbox } from './inbox.ts';
import type { TestEdge, TicketWishes } from './test-edge.ts';

type Hello = Extract<NodeLinkMessage, { type: 'hello' }>;
/** The events of one type. */
export type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** The Room object's end of a link. Every message of the node is checked against the protocol. */
export class TestLink {
  readonly roomId: string;
  readonly epoch: number;
  readonly messages = new Inbox<NodeLinkMessage>();
  readonly #socket: WebSocket;
  readonly #edge: TestEdge;
  readonly #nodeId: string;
  #closed: { code: number; reason: string } | undefined;

  constructor(socket: WebSocket, edge: TestEdge, nodeId: string, roomId: string, epoch: number) {
    this.#socket = socket;
    this.#edge = edge;
    this.#nodeId = nodeId;
    this.roomId = roomId;
    this.epoch = epoch;
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'ping') return;
      const message = NodeLinkMessage.parse(JSON.parse(text));
      if (message.type === 'hello') void this.#welcome();
      this.messages.push(message);
    });
    socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
    });
  }

  /** How the node closed it. */
  get closed(): { code: number; reason: string } | undefined {
    return this.#closed;
  }

  async hello(): Promise<Hello> {
    return await this.messages.next((message): message is Hello => message.type === 'hello', 'the hello');
  }

  send(message: RoomLinkMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Sends a session a client's message. */
  request(participantId: string, message: SessionRequest): void {
    this.send({ type: 'session-request', participantId, message });
  }

  /** Opens a session with a ticket that fits, but for what is wished, and waits until it asks for an offer. */
  async open(participantId: string, wishes: TicketWishes = {}): Promise<void> {
    this.send({ type: 'open-session', participantId, ticket: await this.ticket(participantId, wishes) });
    if (wishes.requestOffers !== false) await this.event(participantId, 'request-offer');
  }

  /** A ticket that fits this link, but for what is wished. */
  async ticket(participantId: string, wishes: TicketWishes = {}): Promise<string> {
    return await this.#edge.ticket({
      aud: this.#nodeId,
      sub: participantId,
      room: this.roomId,
      epoch: this.epoch,
      ...wishes,
    });
  }

  /** The next event of a type for a participant. */
  async event<T extends SessionEvent['type']>(
    participantId: string,
    type: T,
    options?: { from?: number; ms?: number },
  ): Promise<EventOf<T>> {
    const found = await this.messages.next(
      (message) =>
        message.type === 'session-event' &&
        message.participantId === participantId &&
        message.message.type === type,
      `${type} for ${participantId}`,
      options,
    );
    return (found as Extract<NodeLinkMessage, { type: 'session-event' }>).message as EventOf<T>;
  }

  /** The code with which the node ended or refused a participant's session. */
  async sessionClosed(participantId: string, from = 0): Promise<ErrorCode> {
    const found = await this.messages.next(
      (message): message is Extract<NodeLinkMessage, { type: 'session-closed' }> =>
        message.type === 'session-closed' && message.participantId === participantId,
      `session-closed for ${participantId}`,
      { from },
    );
    return found.code;
  }

  async stats(): Promise<RoomMediaStats> {
    const requestId = crypto.randomUUID();
    this.send({ type: 'get-stats', requestId });
    const found = await this.messages.next(
      (message): message is Extract<NodeLinkMessage, { type: 'stats' }> =>
        message.type === 'stats' && message.requestId === requestId,
      'the stats',
    );
    return found.stats;
  }

  /** Closes with a code, as a Room does, or without one, as a lost network does. */
  drop(code?: number, reason = ''): void {
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }

  /** Reads nothing more, not even the node's answer to a close frame. */
  stall(): void {
    this.#socket.pause();
  }

  async #welcome(): Promise<void> {
    const assignment = await this.#edge.assignment(this.#nodeId, this.roomId, this.epoch);
    this.send({ type: 'welcome', version: PROTOCOL_VERSION, assignment });
  }
}
