import type { ClientReport } from '@parley/protocol/client-messages';
import { number, type StatsEntry } from './call-stats.ts';

/** How often the browser is asked, and how often while the first picture is awaited, ms. Nothing of it is sent. */
const SAMPLE_MS = 5_000;
const FIRST_FRAME_MS = 100;
/** A picture that comes later than this says nothing about joining, ms. */
const PATIENCE_MS = 30_000;

/** Of one stream, or of many together. */
interface Counts {
  readonly freezes: number;
  readonly frozenSeconds: number;
  readonly concealed: number;
  readonly samples: number;
}

const NOTHING: Counts = { freezes: 0, frozenSeconds: 0, concealed: 0, samples: 0 };

/** How the call is for who is in it: read from the browser now and then, for the report that goes with leaving. */
export class Experience {
  readonly #since: number;
  readonly #read: (maxAge: number) => Promise<StatsEntry[]>;
  readonly #isHidden: (mid: unknown, ms: number) => boolean;
  /** Streams that are over. */
  #past = NOTHING;
  #streams: ReadonlyMap<unknown, Counts> = new Map();
  #joinMs: number | undefined;
  #awaitsPicture: boolean;
  #reconnects = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes with the PeerConnection: what an older one says comes too late. */
  #replacements = 0;
  #stopped = false;

  /**
   * @param since when joining began, by `performance.now()`
   * @param awaitsPicture whether there is anybody's video to wait for
   * @param read the receive PeerConnection's stats (W3C webrtc-stats), at most so many milliseconds old
   * @param isHidden whether the track of an m-line was not shown at some time in the latest `ms`: it stood still by intent
   */
  constructor(
    since: number,
    awaitsPicture: boolean,
    read: (maxAge: number) => Promise<StatsEntry[]>,
    isHidden: (mid: unknown, ms: number) => boolean = () => false,
  ) {
    this.#since = since;
    this.#isHidden = isHidden;
    this.#awaitsPicture = awaitsPicture;
    this.#read = read;
    this.#schedule();
  }

  reconnected(): void {
    this.#reconnects += 1;
  }

  /** The receive PeerConnection is replaced: its streams are over. */
  replaced(): void {
    this.#replacements += 1;
    this.#take([]);
  }

  /** As of the latest look, at most some seconds ago: a page that goes has no time for another. */
  get report(): ClientReport {
    const { freezes, frozenSeconds, concealed, samples } = [...this.#streams.values()].reduce(
      add,
      this.#past,
    );
    return {
      ...(this.#joinMs !== undefined && { joinMs: this.#joinMs }),
      freezes,
      freezeMs: Math.round(frozenSeconds * 1000),
      ...(samples > 0 && { concealedAudio: Math.min(1, concealed / samples) }),
      reconnects: this.#reconnects,
    };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (performance.now() - this.#since > PATIENCE_MS) this.#awaitsPicture = false;
    this.#timer = setTimeout(() => void this.#look(), this.#pause);
  }

  get #pause(): number {
    return this.#awaitsPicture ? FIRST_FRAME_MS : SAMPLE_MS;
  }

  async #look(): Promise<void> {
    const replacements = this.#replacements;
    // A PeerConnection that is just being replaced has nothing to say.
    const entries = await this.#read(this.#pause).catch(() => undefined);
    if (this.#stopped) return;
    if (entries !== undefined && replacements === this.#replacements) this.#take(entries);
    this.#schedule();
  }

  #take(entries: readonly StatsEntry[]): void {
    const inbound = entries.filter(({ type }) => type === 'inbound-rtp');
    if (this.#awaitsPicture && inbound.some(({ framesDecoded }) => number(framesDecoded) > 0)) {
      this.#joinMs = Math.round(performance.now() - this.#since);
      this.#awaitsPicture = false;
    }
    const streams = new Map(inbound.map((entry) => [entry.id, countsOf(entry)]));
    for (const { id, mid } of inbound) {
      // A freeze is counted when it is over, perhaps after the look in which the picture is back.
      if (!this.#isHidden(mid, 2 * SAMPLE_MS)) continue;
      const { freezes, frozenSeconds } = this.#streams.get(id) ?? NOTHING;
      const { freezes: more, frozenSeconds: longer } = streams.get(id) ?? NOTHING;
      const excused = { ...NOTHING, freezes: freezes - more, frozenSeconds: frozenSeconds - longer };
      this.#past = add(this.#past, excused);
    }
    for (const [id, counts] of this.#streams) if (!streams.has(id)) this.#past = add(this.#past, counts);
    this.#streams = streams;
  }
}

function countsOf(entry: StatsEntry): Counts {
  return {
    freezes: number(entry.freezeCount),
    frozenSeconds: number(entry.totalFreezesDuration),
    // Silence where nothing was sent is nobody's loss.
    concealed: Math.max(0, number(entry.concealedSamples) - number(entry.silentConcealedSamples)),
    samples: number(entry.totalSamplesReceived),
  };
}

function add(a: Counts, b: Counts): Counts {
  return {
    freezes: a.freezes + b.freezes,
    frozenSeconds: a.frozenSeconds + b.frozenSeconds,
    concealed: a.concealed + b.concealed,
    samples: a.samples + b.samples,
  };
}
