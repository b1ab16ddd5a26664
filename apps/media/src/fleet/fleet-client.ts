import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from '@parley/protocol/decode';
import { closeCode } from '@parley/protocol/errors';
import {
  FLEET_PATH,
  FleetNodeMessage,
  HEARTBEAT_SECONDS,
  type NodeFleetMessage,
  type NodeLoad,
} from '@parley/protocol/fleet-messages';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import type { Logger } from 'pino';
import { backoffDelay, REFUSED_BACKOFF, SOCKET_BACKOFF, STABLE_SOCKET_MS } from '../edge/backoff.ts';
import { EdgeSocket, type EdgeSocketTuning, type SocketEnd } from '../edge/edge-socket.ts';
import { EnrolmentRefused, enrol, type NodeToken } from './enrolment.ts';

/** A room that the fleet gave to this node. */
export interface Assignment {
  roomId: string;
  /** Of the (room, node) pair; a higher one replaces a lower one. */
  epoch: number;
  /** Signed; opens the room's link. */
  assignment: string;
}

/** What the fleet client needs from the node. */
export interface FleetOptions {
  edgeUrl: string;
  nodeId: string;
  region: string;
  enrolmentSecret: string;
  incarnation: string;
  logger: Logger;
  load(): NodeLoad;
  onAssign(assignment: Assignment): void;
  socketTuning?: EdgeSocketTuning;
  /** Between heartbeats, ms; by default what the edge expects. */
  heartbeatMs?: number;
}

/** A token is renewed when it has less than this left, ms. */
const RENEW_MS = 30_000;
/** The edge greets within this, or the socket is of no use, ms. */
const WELCOME_MS = 10_000;

/** Keeps this node in its region's fleet: enrols, holds the fleet socket, sends heartbeats, hears assignments. */
export class FleetClient {
  readonly #options: FleetOptions;
  readonly #stop = new AbortController();
  #token: NodeToken | undefined;
  #registered = false;
  #obstacle = 'has not enrolled yet';

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Whether the fleet knows this node now. */
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
        const token = await this.#freshToken();
        if (this.#stop.signal.aborted) return;
        let welcomedAt = Number.POSITIVE_INFINITY;
        const end = await this.#hold(token, () => {
          welcomedAt = performance.now();
        });
        if (performance.now() - welcomedAt > STABLE_SOCKET_MS) attempt = 0;
        if (this.#stop.signal.aborted) return;
        // Bought anew: it may have run out, or the edge has new keys.
        if (end.code === closeCode('node_not_enrolled')) this.#token = undefined;
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

  async #freshToken(): Promise<string> {
    if (this.#token === undefined || this.#token.until < Date.now() + RENEW_MS) {
      const { edgeUrl, nodeId, enrolmentSecret } = this.#options;
      this.#token = await enrol(edgeUrl, nodeId, enrolmentSecret, this.#stop.signal);
    }
    return this.#token.token;
  }

  /** Holds one fleet socket until it ends. */
  #hold(token: string, onWelcome: () => void): Promise<SocketEnd> {
    const { edgeUrl, region, incarnation, logger, socketTuning } = this.#options;
    const { heartbeatMs = HEARTBEAT_SECONDS * 1000 } = this.#options;
    const { promise, resolve } = Promise.withResolvers<SocketEnd>();
    const send = (message: NodeFleetMessage) => socket.send(message);
    const onStop = () => {
      socket.close(1001, 'the node stops');
      resolve({ code: 1001, reason: 'the node stops' });
    };
    const giveUp = (reason: string) => {
      socket.close(1002, reason);
      resolve({ code: 1002, reason });
    };
    const greeting = setTimeout(() => giveUp('no welcome came'), WELCOME_MS);
    let heartbeat: NodeJS.Timeout | undefined;
    const socket = new EdgeSocket(
      `${edgeUrl}${FLEET_PATH}?region=${encodeURIComponent(region)}`,
      token,
      {
        onOpen: () => {
          send({ type: 'hello', version: PROTOCOL_VERSION, incarnation, load: this.#options.load() });
          heartbeat = setInterval(() => send({ type: 'heartbeat', load: this.#options.load() }), heartbeatMs);
        },
        onMessage: (text) => {
          const message = readFleetMessage(text, logger);
          switch (message?.type) {
            case undefined:
              return;
            case 'welcome':
              clearTimeout(greeting);
              if (!isSupportedVersion(message.version)) {
                giveUp(`the edge speaks protocol version ${message.version}; upgrade this node`);
                return;
              }
              this.#registered = true;
              onWelcome();
              logger.info({ event: 'fleet-joined', region }, 'registered with the fleet');
              return;
            case 'assign':
              this.#options.onAssign(message);
              return;
            default:
              message satisfies never;
          }
        },
        onEnd: resolve,
      },
      socketTuning,
    );
    this.#stop.signal.addEventListener('abort', onStop, { once: true });
    return promise.finally(() => {
      clearTimeout(greeting);
      clearInterval(heartbeat);
      this.#stop.signal.removeEventListener('abort', onStop);
      this.#registered = false;
    });
  }
}

function explain({ code, reason }: SocketEnd, nodeId: string): string {
  if (code === closeCode('assignment_stale')) {
    return `Another process joined the fleet as ${nodeId}: give each node a PARLEY_NODE_ID of its own.`;
  }
  return `The fleet socket ended (${code} ${reason}); it is opened again.`;
}

/** An edge newer than this node may say more than it understands: that is logged, not fatal. */
function readFleetMessage(text: string, logger: Logger): FleetNodeMessage | undefined {
  try {
    return decode(FleetNodeMessage, text, 64 * 1024);
  } catch (error) {
    logger.warn(
      { event: 'fleet-message-unread', error: String(error) },
      'a fleet message was not understood',
    );
    return undefined;
  }
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? String(error.cause) : undefined;
}
