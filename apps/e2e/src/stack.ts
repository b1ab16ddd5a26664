import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT, type Service } from '../../../infra/dev/processes.ts';
import { buildPage } from '../../../infra/dev/run.ts';
import { type EdgeOptions, makeSecret, startEdge, startNode } from '../../../infra/dev/stack.ts';
import { ensureWorker } from '../../../infra/mediasoup-worker/ensure.ts';
import { freeMediaPorts, freePort } from './free-port.ts';

const run = promisify(execFile);

/** Everybody comes from one address here. */
const UNLIMITED = { PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'false' };

/** How a stack differs from what a user gets. */
export interface StackOptions {
  /** Further variables of the node. */
  nodeEnv?: Record<string, string>;
  /** Further variables of the edge: overrides of its configuration `PARLEY_…`, `LOG_LEVEL`. Limits by address are off unless set. */
  edgeEnv?: Record<string, string>;
  /** The edge's entry, a file; default the product's. */
  edgeEntry?: string;
  /** Address that the edge listens on. Default loopback. */
  host?: string;
  /** Whether clients may open sockets to the node. Default true. */
  direct?: boolean;
  /** Opens the edge's own bucket to S3 clients. */
  bucketKeys?: EdgeOptions['bucketKeys'];
  /** Whether debuggers may attach, see {@link Stack.inspectors}. Default false. */
  inspect?: boolean;
}

/** A whole product of its own, of an edge with empty storage and a media node on free ports, that a test may break. */
export class Stack {
  readonly url: string;
  readonly metricsUrl: string;
  readonly logFolder: string;
  /** Of the node: for sockets of clients, and for media, one a worker. */
  readonly clientPort: number;
  readonly rtcPort: number;
  /** Where the edge keeps what its objects store. */
  readonly storageFolder: string;
  /** Ports for debuggers, where these may attach. */
  readonly inspectors: { edge: number; node: number } | undefined;
  /** By which nodes and recorders join it. */
  readonly enrolmentSecret: string;
  /** What servers print only when they have a bug: tests that pass beside it prove nothing. */
  readonly troubles: string[] = [];
  readonly #folder: string;
  readonly #startEdge: (readySeconds?: number) => Promise<Service>;
  readonly #startNode: (env?: Record<string, string>) => Promise<Service>;
  #edge: Service | undefined;
  #node: Service | undefined;
  #edgeListensAt = 0;
  #stopping = false;
  #expected: RegExp | undefined;

  private constructor(parts: {
    folder: string;
    url: string;
    metricsUrl: string;
    logFolder: string;
    clientPort: number;
    rtcPort: number;
    inspectors: Stack['inspectors'];
    enrolmentSecret: string;
    startEdge: (onLine: (line: string) => void, readySeconds?: number) => Promise<Service>;
    startNode: (onLine: (line: string) => void, env?: Record<string, string>) => Promise<Service>;
  }) {
    const onLine = (line: string) => this.hear(line);
    this.#folder = parts.folder;
    this.url = parts.url;
    this.metricsUrl = parts.metricsUrl;
    this.logFolder = parts.logFolder;
    this.clientPort = parts.clientPort;
    this.rtcPort = parts.rtcPort;
    this.storageFolder = path.join(parts.folder, 'storage');
    this.inspectors = parts.inspectors;
    this.enrolmentSecret = parts.enrolmentSecret;
    this.#startEdge = (readySeconds) =>
      parts.startEdge((line) => {
        if (line.includes('Ready on http')) this.#edgeListensAt = performance.now();
        onLine(line);
      }, readySeconds);
    this.#startNode = (env) => parts.startNode(onLine, env);
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-stack-'));
    const logFolder = path.join(folder, 'logs');
    const enrolmentSecret = makeSecret();
    const [port, metricsPort, clientPort, rtcPort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freeMediaPorts(),
    ]);
    const { path: workerBin } = await ensureWorker();
    // The edge does not start without one.
    if (!existsSync(path.join(ROOT, 'apps/meet/dist/index.html'))) await buildPage();
    const { host = '127.0.0.1' } = options;
    const url = `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`;
    const { direct = true, inspect = false, nodeEnv, edgeEnv = {}, edgeEntry } = options;
    const inspectors = inspect ? { edge: await freePort(), node: await freePort() } : undefined;
    const stack = new Stack({
      folder,
      url,
      metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
      logFolder,
      clientPort,
      rtcPort,
      inspectors,
      enrolmentSecret,
      startEdge: (onLine, readySeconds) => {
        const where = { host, port, stateFolder: folder, logFolder };
        const insight = {
          ...(inspectors && { inspectorPort: inspectors.edge }),
          ...(edgeEntry !== undefined && { entry: edgeEntry }),
        };
        const bucket = options.bucketKeys && { bucketKeys: options.bucketKeys };
        const ready = readySeconds === undefined ? {} : { readySeconds };
        return startEdge({
          ...where,
          ...insight,
          ...ready,
          ...bucket,
          enrolmentSecret,
          env: { ...UNLIMITED, ...edgeEnv },
          onLine,
        });
      },
      startNode: (onLine, env) => {
        return startNode({
          name: 'node-e2e',
          edgeUrl: url,
          enrolmentSecret,
          workerBin,
          metricsPort,
          ...(direct && { clientPort }),
          logFolder,
          env: {
            PARLEY_RTC_PORT: String(rtcPort),
            LOG_LEVEL: 'debug',
            ...(inspectors && { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectors.node}` }),
            ...nodeEnv,
            ...env,
          },
          onLine,
        });
      },
    });
    try {
      await stack.startEdge();
      await stack.startNode();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** Takes a line that a server of it prints: what tells of a bug is trouble. */
  hear(line: string): void {
    // Ended all at once, one may well complain of the other's end.
    if (this.#stopping || !/Uncaught|"level":"(error|fatal)"/.test(line)) return;
    if (this.#expected?.test(line) !== true) this.troubles.push(line);
  }

  /** What the servers report from now on is no trouble where it matches: the test does what they report. */
  expectTroubles(expected: RegExp): void {
    this.#expected = expected;
  }

  /** Starts the edge, with the storage that it had. @param readySeconds how long it may take until it answers */
  async startEdge(readySeconds?: number): Promise<void> {
    this.#edge = await this.#startEdge(readySeconds);
  }

  /** Ends the edge as a deploy does: with every socket, and without a word to the objects. */
  async killEdge(): Promise<void> {
    const pid = this.#edge?.process.pid;
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    await this.#edge?.exited;
  }

  /** Starts the node. @param env variables beside those that it is always started with, and above them */
  async startNode(env?: Record<string, string>): Promise<void> {
    this.#node = await this.#startNode(env);
  }

  /** Ends the node: by force, or as an operator does. */
  async endNode(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const node = this.#node;
    if (node?.process.pid === undefined) return;
    // With force its workers go with it, as with a machine.
    process.kill(signal === 'SIGKILL' ? -node.process.pid : node.process.pid, signal);
    await node.exited;
  }

  /** When the edge that runs now began to take sockets, by `performance.now()`; it may have been slow to answer then. */
  get edgeListensAt(): number {
    return this.#edgeListensAt;
  }

  get edgePid(): number {
    return this.#edge?.process.pid ?? 0;
  }

  get nodePid(): number {
    return this.#node?.process.pid ?? 0;
  }

  /** Process ids of the node's mediasoup workers. */
  async workerPids(): Promise<number[]> {
    const { stdout } = await run('pgrep', ['-P', String(this.nodePid)]).catch(() => ({ stdout: '' }));
    return stdout.trim().split('\n').filter(Boolean).map(Number);
  }

  /** The value of one of the node's metrics, summed over its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(this.metricsUrl)).text();
    const lines = text.split('\n').filter((line) => new RegExp(`^${name}[ {]`).test(line));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Ends everything and removes its files, unless `PARLEY_KEEP_LOGS` is set. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#node?.stop(), this.#edge?.stop()]);
    if (process.env['PARLEY_KEEP_LOGS'] === undefined)
      await rm(this.#folder, { recursive: true, force: true });
    else console.error(`The logs are in ${this.logFolder}`);
  }
}
