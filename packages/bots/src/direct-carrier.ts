import type { CarrierKind, SessionRequest } from '@parley/protocol/client-messages';
import { directProtocols, SESSION_PATH } from '@parley/protocol/direct-socket';
import { BotSocket, type SignallingCounts } from './bot-socket.ts';

/** A node's socket that is lost sooner than this after it opened is not worth another try, ms. */
const STABLE_MS = 5_000;
/** Closed by the node with these, the session has ended or goes on over another socket: the Room says what is next. */
const SESSION_OVER: ReadonlySet<number> = new Set([4409, 4410]);

export interface DirectCarrierOptions {
  counts: SignallingCounts;
  onOpen(): void;
  onText(text: string): void;
  /** The socket that had opened is gone. */
  onLost(): void;
  /** The Room should give another way to the session. */
  ask(session: number, carrier: CarrierKind): void;
}

/** The socket of a bot to its media node, one after the other; falls to relay when none opens or stays. */
export class DirectCarrier {
  readonly #options: DirectCarrierOptions;
  #socket: BotSocket | undefined;

  constructor(options: DirectCarrierOptions) {
    this.#options = options;
  }

  /** Opens the socket of a session; the one before has to be closed. */
  open(session: number, url: string, ticket: string): void {
    const { counts, onOpen, onText, onLost, ask } = this.#options;
    let openedAt: number | undefined;
    const socket = new BotSocket(`${url}${SESSION_PATH}`, {
      counts,
      protocols: directProtocols(ticket),
      onOpen: () => {
        openedAt = performance.now();
        onOpen();
      },
      onText,
      onLost: (code) => {
        this.#socket = undefined;
        if (openedAt !== undefined) onLost();
        if (SESSION_OVER.has(code)) return;
        const wasGood = openedAt !== undefined && performance.now() - openedAt >= STABLE_MS;
        ask(session, wasGood ? 'direct' : 'relay');
      },
    });
    this.#socket = socket;
  }

  send(request: SessionRequest): void {
    this.#socket?.send(request);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Without a close frame. */
  terminate(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Loses the socket as through a network failure. */
  cut(): void {
    this.#socket?.cut();
  }
}
