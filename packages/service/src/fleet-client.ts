import { setTimeout as sleep } from 'node:timers/promises';
import { closeCode } from '@parley/protocol/errors';
import { HEARTBEAT_SECONDS } from '@parley/protocol/fleet-messages';
import { isSupportedVersion } from '@parley/protocol/version';
import type { Logger } from 'pino';
import { backoffDelay, REFUSED_BACKOFF, SOCKET_BACKOFF, STABLE_SOCKET_MS } from './backoff.ts';
import { EdgeSocket, type EdgeSocketTuning, type SocketEnd } from './edge-socket.ts';
import { EnrolmentRefused, enrol, type NodeToken } from './enrolment.ts';

/** What the fleet answers a hello with. */
export interface FleetWelcome {
  type: 'welcome';
  version: number;
}

/** What the fleet client needs from its process; `M` is what the fleet may say once it has greeted. */
export interface FleetOptions<M extends { type: string }> {
  edgeUrl: string;
  nodeId: string;
  region: string;
  enrolmentSecret: string;
  logger: Logger;
  /** Of the fleet socket, at the edge. */
  path: string;
  /** The first message on each socket. */
  hello(): object;
  /** Sent again and again while the socket is open. */
  heartbeat(): object;
  /** Reads a message. @throws {DecodeError} what the process does not understand, which is logged */
  read(text: string): FleetWelcome | M;
  onMessage(message: M): void;
  socketTuning?: EdgeSocketTuning;
  /** Between heartbeats, ms; by default what the edge expects. */
  heartbeatMs?: number;
}

/** A token is renewed when it has less than this left, ms. */
const RENEW_MS = 30_000;
/** The edge greets within this, or the socket is of no use, ms. */
const WELCOME_MS = 10_000;

/** Keeps a process in its region's fleet: enrols, holds the fleet socket, sends heartbeats, hears what is to be done. */
export class FleetClient<M extends { type: string }> {
  readonly #options: FleetOptions<M>;
  readonly #stop = new AbortController();
  #token: NodeToken | undefined;
  #registered = false;
  #obstacle = 'has not enrolled yet';

  constructor(options: FleetOptions<M>) {
    this.#options = options;
  }

  /** Whether the fleet knows this process now. */
  get registered(): boolean {
    return this.#registered;
  }

  /** Why it does not. */
  get obstacle(): string {
    return this.#obstacle;
  }

  /** Runs until {@link close}; never rejects. */
  async run(): Promise<void> {
    const { logger } = this.#options;
    let attempt = 0;
    while (!this.#stop.signal.aborted) {
      let policy = SOCKET_BACKOFF;
      try {
        const token = await this.token();
        if (this.#stop.signal.aborted) return;
        let welcomedAt = Number.POSITIVE_INFINITY;
        const end = await this.#hold(token, () => {
          welcomedAt = performance.now();
        });
        if (performance.now() - welcomedAt > STABLE_SOCKET_MS) attempt = 0;
        if (this.#stop.signal.aborted) return;
        // Bought anew: it may have run out, or the edge has new keys.
        if (end.code === closeCode('node_not_enrolled')) this.dropToken();
        if (end.code === closeCode('assignment_stale')) policy = REFUSED_BACKOFF;
        this.#obstacle = explain(end, this.#options.nodeId);
        logger.warn({ event: 'fleet-lost', code: end.code, reason: end.reason }, this.#obstacle);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#obstacle = message;
        if (error instanceof EnrolmentRefused) policy = REFUSED_BACKOFF;
        logger.warn({ event: 'enrolment-failed', error: message, cause: causeOf(error) }, message);
      }
      const delay = backoffDelay(policy, attempt++, Math.random());
      await sleep(delay, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Leaves the fleet for good. */
  close(): void {
    this.#stop.abort();
  }

  /** A node token that holds for a while, bought anew where needed. @throws as {@link enrol} */
  async token(): Promise<string> {
    if (this.#token === undefined || this.#token.until < Date.now() + RENEW_MS) {
      const { edgeUrl, nodeId, enrolmentSecret } = this.#options;
      this.#token = await enrol(edgeUrl, nodeId, enrolmentSecret, this.#stop.signal);
    }
    return this.#token.token;
  }

  /** The edge does not take the token any more: the next one is bought anew. */
  dropToken(): void {
    this.#token = undefined;
  }

  /** Holds one fleet socket until it ends. */
  #hold(token: string, onWelcome: () => void): Promise<SocketEnd> {
    const { edgeUrl, region, logger, path, hello, heartbeat, onMessage, socketTuning } = this.#options;
    const { heartbeatMs = HEARTBEAT_SECONDS * 1000 } = this.#options;
    const { promise, resolve } = Promise.withResolvers<SocketEnd>();
    const onStop = () => {
      socket.close(1001, 'this process stops');
      resolve({ code: 1001, reason: 'this process stops' });
    };
    const giveUp = (reason: string) => {
      socket.close(1002, reason);
      resolve({ code: 1002, reason });
    };
    const greeting = setTimeout(() => giveUp('no welcome came'), WELCOME_MS);
    let beating: NodeJS.Timeout | undefined;
    const socket = new EdgeSocket(
      `${edgeUrl}${path}?region=${encodeURIComponent(region)}`,
      token,
      {
        onOpen: () => {
          socket.send(hello());
          beating = setInterval(() => socket.send(heartbeat()), heartbeatMs);
        },
        onMessage: (text) => {
          const message = this.#read(text);
          if (message === undefined) return;
          if (!isWelcome(message)) {
            onMessage(message);
            return;
          }
          clearTimeout(greeting);
          if (!isSupportedVersion(message.version)) {
            giveUp(`the edge speaks protocol version ${message.version}; upgrade this process`);
            return;
          }
          this.#registered = true;
          onWelcome();
          logger.info({ event: 'fleet-joined', region }, 'registered with the fleet');
        },
        onEnd: resolve,
      },
      socketTuning,
    );
    this.#stop.signal.addEventListener('abort', onStop, { once: true });
    return promise.finally(() => {
      clearTimeout(greeting);
      clearInterval(beating);
      this.#stop.signal.removeEventListener('abort', onStop);
      this.#registered = false;
    });
  }

  /** An edge newer than this process may say more than it understands: that is logged, not fatal. */
  #read(text: string): FleetWelcome | M | undefined {
    try {
      return this.#options.read(text);
    } catch (error) {
      const what = { event: 'fleet-message-unread', error: String(error) };
      this.#options.logger.warn(what, 'a fleet message was not understood');
      return undefined;
    }
  }
}

function isWelcome(message: { type: string }): message is FleetWelcome {
  return message.type === 'welcome';
}

function explain({ code, reason }: SocketEnd, nodeId: string): string {
  if (code === closeCode('assignment_stale')) {
    return `Another process joined the fleet as ${nodeId}: give each node a PARLEY_NODE_ID of its own.`;
  }
  return `The fleet socket ended (${code} ${reason}); it is opened again.`;
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? String(error.cause) : undefined;
}
