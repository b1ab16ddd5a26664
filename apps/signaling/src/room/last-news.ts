import type { RecordingFacts } from '@parley/recording/facts';
import { RECORDING_TIMES, type RecordingNews } from '@parley/room/recording-state';
import type { RoomState } from '@parley/room/state';
import { CallsInTurn } from '../calls-in-turn.ts';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { tellRecordingObject, toldFacts } from './recording-memory.ts';

/** What is kept for the recordings of rooms that are gone. Times are milliseconds since the epoch. */
interface Kept {
  untold: { roomId: string; region: string; news: RecordingNews }[];
  since: number;
  /** When it is told next, and how often that was in vain. */
  at: number;
  failures: number;
}

/** Longest pause, and how long is tried at all, ms. */
const LONGEST_PAUSE = 10 * 60_000;
const GIVE_UP = 7 * 24 * 60 * 60_000;

/**
 * What recordings' memories have not heard of rooms that are gone. A recording of which nobody has heard that it began, or who had it,
 * is finished by nobody, so it outlives the room, and whatever room there is under the name by then.
 */
export class LastNews {
  readonly #storage: DurableObjectStorage;
  readonly #env: Environment;
  readonly #calls: CallsInTurn;
  readonly #onPause: () => Promise<void>;

  /** @param onPause called when {@link times} have changed by themselves */
  constructor(ctx: DurableObjectState, env: Environment, onPause: () => Promise<void>) {
    this.#storage = ctx.storage;
    this.#env = env;
    this.#onPause = onPause;
    this.#calls = new CallsInTurn(ctx, (error) => {
      log.error('last news of a room not kept', { error: String(error) });
    });
  }

  /** A room ends: all that was not heard of its recordings is told now, and later what is not heard then either. */
  keep({ roomId, recordings: { untold } }: RoomState, region: string, now: number): void {
    if (untold.length === 0) return;
    const kept = this.#kept;
    const all = [...(kept?.untold ?? []), ...untold.map((news) => ({ roomId, region, news }))];
    this.#kept = { since: kept?.since ?? now, failures: 0, untold: all, at: now };
    this.wake(now);
  }

  /** Tells what is due. */
  wake(now: number): void {
    const kept = this.#kept;
    if (kept === undefined || now < kept.at) return;
    const pause = Math.min(RECORDING_TIMES.tellAgain * 2 ** kept.failures, LONGEST_PAUSE);
    this.#kept = { ...kept, at: now + pause, failures: kept.failures + 1 };
    this.#calls.add(() => this.#tell(now));
  }

  /** When {@link wake} is to be called, milliseconds since the epoch. */
  get times(): number[] {
    const kept = this.#kept;
    return kept === undefined ? [] : [kept.at];
  }

  /** Whether all was heard. */
  get isDone(): boolean {
    return this.#kept === undefined;
  }

  /** What is kept of a recording; undefined when that is not how it ended. */
  facts(recordingId: string): Pick<RecordingFacts, 'turns' | 'stopped'> | undefined {
    return toldFacts(this.#kept?.untold.map(({ news }) => news) ?? [], recordingId);
  }

  /** Tells each recording what comes next, up to what it does not hear. */
  async #tell(now: number): Promise<void> {
    const deaf = new Set<string>();
    for (const one of this.#kept?.untold ?? []) {
      const { news, roomId, region } = one;
      const { recordingId, type, number } = news;
      if (deaf.has(recordingId)) continue;
      try {
        await tellRecordingObject(this.#env, { roomId, region }, news);
        this.#drop((other) => other.news.recordingId === recordingId && other.news.number === number);
        log.info(`recording ${type}`, { roomId, recordingId });
      } catch (error) {
        deaf.add(recordingId);
        log.error('recording not told', { roomId, recordingId, error: String(error) });
      }
    }
    const { since = now } = this.#kept ?? {};
    if (now > since + GIVE_UP) {
      log.error('recordings given up', { recordings: [...deaf].join(' ') });
      this.#drop(() => true);
    }
    await this.#onPause();
  }

  #drop(isTold: (one: Kept['untold'][number]) => boolean): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    const untold = kept.untold.filter((one) => !isTold(one));
    this.#kept = untold.length === 0 ? undefined : { ...kept, untold };
  }

  get #kept(): Kept | undefined {
    return this.#storage.kv.get<Kept>('last-news');
  }

  set #kept(kept: Kept | undefined) {
    if (kept === undefined) this.#storage.kv.delete('last-news');
    else this.#storage.kv.put('last-news', kept);
  }
}
