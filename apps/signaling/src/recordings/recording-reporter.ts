import type { RecordingSummary } from '@parley/protocol/rest';
import { CallsInTurn } from '../calls-in-turn.ts';
import { directoryOf } from '../directory/directory.ts';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';

/** How often lists hear of a recording that only grows, ms. */
const OFTEN = 30_000;
/** When a report that failed is repeated, ms. */
const AGAIN = 10_000;

/** What lists are to say of a recording: `summary` is absent when it is on none any more. */
interface Report {
  recordingId: string;
  roomId: string;
  summary?: RecordingSummary;
}

/** What the lists have heard: stored, so that what they have not is told again whatever happens in between. */
interface Told {
  text: string;
  at: number;
  /** What they are to hear yet. */
  due?: Report;
}

/** Keeps a recording's entry in lists true. Nothing waits for it; what failed is told again. */
export class RecordingReporter {
  readonly #storage: DurableObjectStorage;
  readonly #env: Environment;
  readonly #calls: CallsInTurn;

  constructor(ctx: DurableObjectState, env: Environment) {
    this.#storage = ctx.storage;
    this.#env = env;
    this.#calls = new CallsInTurn(ctx, (error) => log.warn('recording not listed', { error: String(error) }));
  }

  /** The recording is as this now. */
  report(report: Report, now: number): void {
    const told = this.#told;
    const text = JSON.stringify(report);
    if (told?.text === text) return;
    const isGrowth = told !== undefined && bare(told.text) === bare(text);
    if (isGrowth && told.due === undefined && now < told.at + OFTEN) return;
    this.#storage.kv.put('listed', { text, at: now, due: report } satisfies Told);
    this.#tell(text, report);
  }

  /** Tells again what may not have been heard. */
  wake(now: number): void {
    const told = this.#told;
    if (told?.due === undefined || now < told.at + AGAIN) return;
    this.#storage.kv.put('listed', { ...told, at: now } satisfies Told);
    this.#tell(told.text, told.due);
  }

  /** When {@link wake} is to be called, milliseconds since the epoch. */
  get times(): number[] {
    const told = this.#told;
    return told?.due === undefined ? [] : [told.at + AGAIN];
  }

  #tell(text: string, { recordingId, roomId, summary }: Report): void {
    this.#calls.add(async () => {
      const directory = directoryOf(this.#env, roomId);
      if (summary === undefined) await directory.removeRecording(recordingId);
      else await directory.reportRecording(summary);
      const told = this.#told;
      if (told?.text === text) this.#storage.kv.put('listed', { text, at: told.at } satisfies Told);
    });
  }

  get #told(): Told | undefined {
    return this.#storage.kv.get<Told>('listed');
  }
}

/** What of a report is told at once when it changes. */
function bare(text: string): string {
  const { summary } = JSON.parse(text) as Report;
  return JSON.stringify({ status: summary?.status, stoppedAt: summary?.stoppedAt });
}
