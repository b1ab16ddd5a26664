import { until } from '@parley/bots/inbox';
import type { ClientMessage, Join } from '@parley/protocol/client-messages';
import type { Check } from './checks.ts';
import { ClientRules } from './client-rules.ts';
import type { Endpoint } from './endpoint.ts';
import type { ConformanceOptions, RunningClient } from './options.ts';
import { ProxiedClient } from './proxied-client.ts';
import type { Verdicts } from './verdicts.ts';

/** The run is over with its first failure. */
export class Stopped extends Error {}

/** One run of the client under test, from its first socket until it is gone. */
export class Visit {
  readonly rules: ClientRules;
  readonly options: ConformanceOptions;
  readonly #endpoint: Endpoint;
  readonly #verdicts: Verdicts;
  readonly #running: RunningClient;
  #sockets: number;
  #client: ProxiedClient | undefined;
  #room = '';
  #stopped: Promise<void> | undefined;

  private constructor(
    options: ConformanceOptions,
    endpoint: Endpoint,
    verdicts: Verdicts,
    running: RunningClient,
    sockets: number,
  ) {
    this.options = options;
    this.#endpoint = endpoint;
    this.#verdicts = verdicts;
    this.#running = running;
    this.#sockets = sockets;
    this.rules = new ClientRules(verdicts);
  }

  /** Starts the client and waits until it is in a room. @throws {Error} when it does not come in */
  static async begin(
    options: ConformanceOptions,
    endpoint: Endpoint,
    verdicts: Verdicts,
    room: string,
  ): Promise<Visit> {
    const mark = endpoint.sockets.count;
    const running = await options.start(endpoint.url, room);
    const visit = new Visit(options, endpoint, verdicts, running, mark);
    try {
      await visit.nextSocket(options.startMs ?? 60_000);
      const { roomId } = await visit.#joining();
      visit.#room = roomId;
      await visit.client.told.waitFor(({ type }) => type === 'joined', 'joined', { ms: options.patienceMs });
      return visit;
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  /** The client's socket, or the one it came back with. */
  get client(): ProxiedClient {
    if (this.#client === undefined) throw new Error('the client has not opened a socket');
    return this.#client;
  }

  /** The room that the client chose. */
  get room(): string {
    return this.#room;
  }

  /** Waits for the client's next socket. */
  async nextSocket(ms: number): Promise<void> {
    const opened = await this.#endpoint.sockets.waitFor(() => true, 'a socket of the client', {
      from: this.#sockets,
      ms,
    });
    this.#sockets += 1;
    this.#client = new ProxiedClient(opened, this.options.upstream, this.rules);
  }

  /** Whether it opened a socket that nobody has taken. */
  get knocks(): boolean {
    return this.#endpoint.sockets.count > this.#sockets;
  }

  /** Waits until something holds, and not longer than the client's socket is open. */
  async until(
    holds: () => boolean | Promise<boolean>,
    what: string,
    ms = this.options.patienceMs,
  ): Promise<void> {
    await until(
      async () => {
        if (this.options.failFast && this.#verdicts.failed) throw new Stopped();
        const { closed } = this.client;
        if (closed !== undefined)
          throw new Error(`the client closed its socket with ${closed} before ${what}`);
        return await holds();
      },
      what,
      { ms, state: () => this.#heard() },
    );
  }

  /** Does a step; the check has passed when it is through, and failed when it throws. */
  async check(check: Check, step: () => Promise<void>): Promise<boolean> {
    this.options.onProgress?.(check);
    try {
      await step();
      this.#verdicts.pass(check);
      return true;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.#verdicts.fail(check, error instanceof Error ? error.message : String(error));
      if (this.options.failFast) throw new Stopped();
      return false;
    }
  }

  skip(check: Check, why: string): void {
    this.#verdicts.skip(check, why);
  }

  /** Waits for a message of the client that fits. */
  async says<T extends ClientMessage['type']>(
    type: T,
    what: string,
    from = 0,
  ): Promise<Extract<ClientMessage, { type: T }>> {
    const isIt = (message: ClientMessage): message is Extract<ClientMessage, { type: T }> =>
      message.type === type;
    return await this.client.said.waitFor(isIt, what, { from, ms: this.options.patienceMs });
  }

  /** Asks the client to go. */
  stop(): Promise<void> {
    this.#stopped ??= this.#running.stop();
    return this.#stopped;
  }

  async #joining(): Promise<Join> {
    await until(() => this.client.join !== undefined, 'the client joins', {
      ms: this.options.patienceMs,
      state: () => this.#heard(),
    });
    const { join } = this.client;
    if (join === undefined) throw new Error('the client did not join');
    return join;
  }

  #heard(): string {
    const types = this.client.said.since(0).map(({ type }) => type);
    return `the client has said: ${types.join(', ') || 'nothing'}`;
  }
}
