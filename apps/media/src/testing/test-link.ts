import type { SessionRequest } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import { NodeLinkMessage, type RoomLinkMessage } from '@parley/protocol/link-messages';
import type { SessionEvent } from '@parley/protocol/server-messages';
import type { HistoryQuery, RoomMediaStats } from '@parley/protocol/stats';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { Inbox } from '@parley/service/testing/inbox';
import type { WebSocket } from 'ws';
import { type EventOf, TestClient } from './test-client.ts';
import type { TestEdge, TicketWishes } from './test-edge.ts';

type Hello = Extract<NodeLinkMessage, { type: 'hello' }>;
/** A participant who speaks through the Room. */
class RelayClient extends TestClient {
  readonly #link: TestLink;

  constructor(link: TestLink, participantId: string) {
    super(participantId);
    this.#link = link;
  }

  request(message: SessionRequest): void {
    this.#link.request(this.participantId, message);
  }
}

/** The Room object's end of a link. Every message of the node is checked against the protocol. */
export class TestLink {
  readonly roomId: string;
  readonly epoch: number;
  readonly messages = new Inbox<NodeLinkMessage>();
  readonly #socket: WebSocket;
  readonly #edge: TestEdge;
  readonly #nodeId: string;
  readonly #clients = new Map<string, RelayClient>();
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
      if (message.type === 'session-event') {
        this.#clients.get(message.participantId)?.events.push(message.message);
      }
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

  /** A participant who speaks over this link, in the session that is the latest when it does. */
  client(participantId: string): TestClient {
    const client = this.#clients.get(participantId) ?? new RelayClient(this, participantId);
    this.#clients.set(participantId, client);
    return client;
  }

  /** The number of a participant's latest session, the first one's before there is any. */
  session(participantId: string): number {
    return this.#edge.sessions.get(`${this.roomId}/${participantId}`) ?? 1;
  }

  /** Sends a session, by default the latest, a client's message. */
  request(participantId: string, message: SessionRequest, session = this.session(participantId)): void {
    this.send({ type: 'session-request', participantId, session, message });
  }

  /** Shows the node a ticket, by default for the latest session. */
  sendOpen(participantId: string, ticket: string, session = this.session(participantId)): void {
    this.send({ type: 'open-session', participantId, session, ticket });
  }

  /** Ends a session, by default the latest. */
  sendClose(participantId: string, session = this.session(participantId)): void {
    this.send({ type: 'close-session', participantId, session });
  }

  /** Opens the participant's next session with a ticket that fits, but for what is wished, and waits for its first word. */
  async open(participantId: string, wishes: TicketWishes = {}): Promise<void> {
    const from = this.messages.count;
    this.sendOpen(participantId, await this.nextTicket(participantId, wishes));
    if (wishes.requestOffers !== false) await this.event(participantId, 'request-offer', { from });
  }

  /** A ticket for the participant's next session, which is the latest from now on. */
  async nextTicket(participantId: string, wishes: TicketWishes = {}): Promise<string> {
    const key = `${this.roomId}/${participantId}`;
    this.#edge.sessions.set(key, wishes.session ?? (this.#edge.sessions.get(key) ?? 0) + 1);
    return await this.ticket(participantId, wishes);
  }

  /** A ticket that fits the latest session, but for what is wished. */
  async ticket(participantId: string, wishes: TicketWishes = {}): Promise<string> {
    return await this.#edge.ticket({
      aud: this.#nodeId,
      sub: participantId,
      room: this.roomId,
      session: this.session(participantId),
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

  async stats(history?: HistoryQuery): Promise<RoomMediaStats> {
    const requestId = crypto.randomUUID();
    this.send({ type: 'get-stats', requestId, ...(history && { history }) });
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
