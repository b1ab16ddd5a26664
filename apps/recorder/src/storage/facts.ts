import type {
  Attendance,
  ManifestPart,
  RecordedTrack,
  Segment,
  TrackGap,
} from '@parley/protocol/recording/manifest';

/** A thing that the edge is to be told of a recording. */
export type Fact =
  | { type: 'participant'; participant: Attendance }
  | { type: 'track'; track: RecordedTrack }
  | { type: 'segment'; segment: Segment }
  | { type: 'gap'; gap: TrackGap };

/** Facts with one key take each other's place: the last one counts. */
function keyOf(fact: Fact): string {
  switch (fact.type) {
    case 'participant':
      return `participant ${fact.participant.participantId} ${fact.participant.from}`;
    case 'track':
      return `track ${fact.track.trackId}`;
    case 'segment':
      return `segment ${fact.segment.file}`;
    case 'gap':
      return `gap ${fact.gap.trackId} ${fact.gap.reason} ${fact.gap.from}`;
    default:
      return fact satisfies never;
  }
}

/** What the edge has yet to be told, in order. A segment is told once it is where a finisher finds it. */
export class Facts {
  readonly #waiting = new Map<string, Fact>();
  readonly #elsewhere = new Set<string>();

  /** @param held for a segment: whether it has to get somewhere before it is told, see {@link release} */
  add(fact: Fact, held = false): void {
    const key = keyOf(fact);
    // Behind what was told before: a clock that got better changes nothing of the order of a track and its segments.
    if (!this.#waiting.has(key) && held) this.#elsewhere.add(key);
    this.#waiting.set(key, fact);
  }

  /** A held segment may be told. */
  release(segment: Segment): void {
    this.#elsewhere.delete(keyOf({ type: 'segment', segment }));
  }

  /** A held segment is nowhere any more. */
  forget(segment: Segment): void {
    const key = keyOf({ type: 'segment', segment });
    this.#elsewhere.delete(key);
    this.#waiting.delete(key);
  }

  /** How many have not been told. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The next that may be told. */
  next(most: number): Fact[] {
    const facts: Fact[] = [];
    for (const [key, fact] of this.#waiting) {
      if (facts.length === most) break;
      if (!this.#elsewhere.has(key)) facts.push(fact);
    }
    return facts;
  }

  /** These have been told; what has changed since waits still. */
  told(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const key = keyOf(fact);
      if (this.#waiting.get(key) === fact) this.#waiting.delete(key);
    }
  }
}

/** Facts as the edge reads them. */
export function manifestPart(epoch: number, facts: readonly Fact[]): ManifestPart {
  return {
    epoch,
    participants: facts.flatMap((fact) => (fact.type === 'participant' ? [fact.participant] : [])),
    tracks: facts.flatMap((fact) => (fact.type === 'track' ? [fact.track] : [])),
    segments: facts.flatMap((fact) => (fact.type === 'segment' ? [fact.segment] : [])),
    gaps: facts.flatMap((fact) => (fact.type === 'gap' ? [fact.gap] : [])),
  };
}
