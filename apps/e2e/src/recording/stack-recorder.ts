import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Service } from '../../../../infra/dev/processes.ts';
import { startRecorder } from '../../../../infra/dev/stack.ts';
import { freePort } from '../free-port.ts';
import type { Stack } from '../stack.ts';

export interface RecorderOptions {
  /** Names it. Default `recorder-e2e`. */
  name?: string;
  /** Where its recordings are. Default a folder of its own, which goes with it. */
  folder?: string;
  /** Further variables, see apps/recorder/README.md. */
  env?: Record<string, string>;
}

/** A recorder of a stack, with its recordings on disk, that a test may break. */
export class StackRecorder {
  readonly name: string;
  /** Its recordings. */
  readonly folder: string;
  readonly metricsUrl: string;
  readonly #start: () => Promise<Service>;
  readonly #remove: boolean;
  #service: Service | undefined;

  private constructor(parts: {
    name: string;
    folder: string;
    metricsUrl: string;
    remove: boolean;
    start: () => Promise<Service>;
  }) {
    this.name = parts.name;
    this.folder = parts.folder;
    this.metricsUrl = parts.metricsUrl;
    this.#remove = parts.remove;
    this.#start = parts.start;
  }

  static async start(stack: Stack, options: RecorderOptions = {}): Promise<StackRecorder> {
    const { name = 'recorder-e2e', env } = options;
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'parley-recordings-')));
    const [metricsPort, filesPort] = await Promise.all([freePort(), freePort()]);
    const recorder = new StackRecorder({
      name,
      folder,
      metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
      remove: options.folder === undefined,
      start: () =>
        startRecorder({
          name,
          edgeUrl: stack.url,
          enrolmentSecret: stack.enrolmentSecret,
          path: folder,
          metricsPort,
          filesPort,
          logFolder: stack.logFolder,
          env: { LOG_LEVEL: 'debug', ...env },
          onLine: (line) => stack.hear(line),
        }),
    });
    await recorder.restart();
    return recorder;
  }

  /** Starts it, with what it left on its disk. */
  async restart(): Promise<void> {
    this.#service = await this.#start();
  }

  /** Ends it by force, with all it started, as a machine does. */
  async kill(): Promise<void> {
    if (this.pid !== 0) process.kill(-this.pid, 'SIGKILL');
    await this.#service?.exited;
  }

  get pid(): number {
    return this.#service?.process.pid ?? 0;
  }

  /** Ends it and removes its recordings, where the folder is its own and logs are not kept. */
  async stop(): Promise<void> {
    await this.#service?.stop();
    if (this.#remove && process.env['PARLEY_KEEP_LOGS'] === undefined)
      await rm(this.folder, { recursive: true, force: true });
  }
}
