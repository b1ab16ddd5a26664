import path from 'node:path';
import { inject } from 'vitest';
import { ROOT, type Service, startService } from '../../../infra/dev/processes.ts';

/** What the clients of docs/examples print each second. */
export interface ExampleReport {
  /** Frames of each track, by `name/source`. */
  decoded: Record<string, number>;
  /** The loudest sample of each sound. */
  loudness: Record<string, number>;
  chat: string[];
  errors: string[];
}

/** A participant that is one of the programs in docs/examples. */
export class ExampleClient {
  readonly #service: Service;
  readonly #last: { report: ExampleReport };

  private constructor(service: Service, last: { report: ExampleReport }) {
    this.#service = service;
    this.#last = last;
  }

  /**
   * @param name of the participant, and of its log
   * @param script below docs/examples; runs under Debian's Python, for which its packages are
   */
  static async start(
    name: string,
    script: string,
    room: string,
    { say, url = inject('url') }: { say?: string; url?: string } = {},
  ): Promise<ExampleClient> {
    const last = { report: { decoded: {}, loudness: {}, chat: [], errors: [] } };
    const file = path.join(ROOT, 'docs/examples', script);
    const args = [file, `${url.replace('http', 'ws')}/ws`, room, name];
    if (say !== undefined) args.push('--say', say);
    const service = await startService(name, '/usr/bin/python3', args, {
      logFolder: inject('logFolder'),
      onLine: (line) => {
        if (line.startsWith('{')) last.report = JSON.parse(line);
      },
    });
    return new ExampleClient(service, last);
  }

  /** What it has said last, and how its output ends where that says nothing. */
  get report(): ExampleReport {
    const { process } = this.#service;
    if (process.exitCode === null && process.signalCode === null) return this.#last.report;
    return { ...this.#last.report, errors: [`it ended: ${this.output}`] };
  }

  /** How its output ends, on both streams. */
  get output(): string {
    return this.#service.lastLines.join('\n');
  }

  /** Says goodbye. @returns the exit code, or the signal's name */
  async leave(): Promise<number | string> {
    this.#service.process.kill('SIGTERM');
    return await this.#service.exited;
  }

  /** Ends it whatever it does. */
  stop(): Promise<void> {
    return this.#service.stop();
  }
}
