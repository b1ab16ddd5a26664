import { CONNECTION_TEST_PREFIX } from '@parley/protocol/connection-test-room';
import { Emitter } from '../emitter.ts';
import type { Token } from '../signaling.ts';
import { browserCheck } from './browser-check.ts';
import type { Check, Outcomes } from './check.ts';
import { devicesCheck } from './devices-check.ts';
import { tcpCheck, udpCheck } from './direct-check.ts';
import { overall } from './overall.ts';
import { publishCheck } from './publish-check.ts';
import { qualityCheck } from './quality-check.ts';
import { reconnectCheck } from './reconnect-check.ts';
import {
  CHECKS,
  type CheckName,
  type CheckResult,
  type ConnectionReport,
  type Outcome,
  type ResultOf,
} from './result.ts';
import { runCheck, SKIPPED } from './run-check.ts';
import { serverCheck } from './server-check.ts';
import { signalingCheck } from './signaling-check.ts';
import { subscribeCheck } from './subscribe-check.ts';
import { SharedContext, type TestContext } from './test-context.ts';
import { turnTcpCheck, turnTlsCheck, turnUdpCheck } from './turn-check.ts';

/** What the test may use. */
export interface ConnectionTestOptions {
  /** The room to meet in. Default: one of the test's own, which closes half a minute after it. */
  readonly room?: string;
  /** An access token for the room, where the server wants one. */
  readonly token?: Token;
  /**
   * One of another identity. Who joins again under the same takes its older self's place, so without it nobody can receive
   * what the other sends: `subscribe` is left out.
   */
  readonly receiverToken?: Token;
  /** Whether to ask for camera and microphone. Default true. */
  readonly devices?: boolean;
}

/** What a `ConnectionTest` tells, by the event's name. */
export interface ConnectionTestEvents {
  /** A check has begun. */
  running: CheckName;
  result: CheckResult;
}

/** Every check by its name, so that none is forgotten. */
const RUN: Readonly<Record<CheckName, (context: TestContext, earlier: Outcomes) => Promise<CheckResult>>> = {
  browser: running(browserCheck),
  devices: running(devicesCheck),
  server: running(serverCheck),
  signaling: running(signalingCheck),
  udp: running(udpCheck),
  tcp: running(tcpCheck),
  'turn-udp': running(turnUdpCheck),
  'turn-tcp': running(turnTcpCheck),
  'turn-tls': running(turnTlsCheck),
  publish: running(publishCheck),
  subscribe: running(subscribeCheck),
  reconnect: running(reconnectCheck),
  quality: running(qualityCheck),
};

function running<C extends CheckName>(check: Check<C>) {
  return (context: TestContext, earlier: Outcomes): Promise<ResultOf<C>> => runCheck(check, context, earlier);
}

/**
 * Tests whether calls work from this browser to a server, and where not, why: each of {@link CHECKS} passes, warns, fails or
 * is left out, for a reason. Begin it from a click, so that the browser lets it make its tone.
 *
 * @example
 * ```ts
 * const test = new ConnectionTest('https://meet.example');
 * test.on('result', ({ check, outcome }) => console.log(check, outcome));
 * const { outcome, results } = await test.run();
 * ```
 */
export class ConnectionTest extends Emitter<ConnectionTestEvents> {
  readonly #url: URL;
  readonly #options: ConnectionTestOptions;
  readonly #stop = new AbortController();
  #skip = new AbortController();

  constructor(url: string | URL, options: ConnectionTestOptions = {}) {
    super();
    this.#url = new URL(url, globalThis.location?.href);
    this.#options = options;
  }

  /** Runs every check, one after the other; once. Resolves with what was found so far if it is stopped. */
  async run(): Promise<ConnectionReport> {
    const { room = randomRoom(), token, receiverToken, devices = true } = this.#options;
    const begun = performance.now();
    const at = new Date().toISOString();
    const wants = new Set(CHECKS.filter((name) => devices || name !== 'devices'));
    const tokens = {
      ...(token !== undefined && { token }),
      ...(receiverToken !== undefined && { receiverToken }),
    };
    const context = new SharedContext({ url: this.#url, room, wants, ...tokens });
    const results: CheckResult[] = [];
    const outcomes = new Map<CheckName, Outcome>();
    const leave = () => context.close();
    globalThis.addEventListener?.('pagehide', leave);
    try {
      for (const name of CHECKS) {
        this.#skip = new AbortController();
        context.signal = AbortSignal.any([this.#stop.signal, this.#skip.signal]);
        context.signal.throwIfAborted();
        this.emit('running', name);
        const result = await RUN[name](context, outcomes);
        outcomes.set(name, result.outcome);
        results.push(result);
        this.emit('result', result);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      globalThis.removeEventListener?.('pagehide', leave);
      context.close();
    }
    return {
      version: 1,
      at,
      milliseconds: Math.round(performance.now() - begun),
      outcome: this.#stop.signal.aborted ? 'stopped' : overall(results),
      server: this.#url.origin,
      ...(this.#options.room === undefined && { room }),
      browser: globalThis.navigator.userAgent,
      results,
    };
  }

  /** Goes on without the check that runs now. */
  skip(): void {
    this.#skip.abort(SKIPPED);
  }

  /** Ends the test: leaves the room, closes everything. */
  stop(): void {
    this.#stop.abort();
  }
}

function randomRoom(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return CONNECTION_TEST_PREFIX + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
