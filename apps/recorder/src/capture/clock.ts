import type { TrackClock } from '@parley/protocol/recording/manifest';
import { at, Envelope, type Line } from './envelope.ts';

/** Tracks of one publisher that seem further apart than this, milliseconds, are not of one clock, whatever their reports say. */
const MAX_APART = 1500;
/** Reports nearer than this, milliseconds, say nothing of a rate. */
const RATE_AFTER = 20_000;

interface Report {
  rtp: number;
  ntp: number;
}

/** The clock of a publisher, on which sender reports put its tracks: the line from its time to the recording's. */
export class PublisherClock {
  readonly #envelope = new Envelope();

  add(ntp: number, arrival: number): void {
    this.#envelope.add(ntp, arrival);
  }

  line(): Line | undefined {
    return this.#envelope.line();
  }
}

/**
 * How RTP time of one source reads on the recording's clock. Without sender reports that is when packets come, the least delayed ones; with them the
 * publisher says how its tracks stand to each other, so that camera and microphone stay together however their ways differ, and arrivals only say how its
 * clock stands to the recording's (RFC 3550 §6.4.1). Always about the whole past: it gets better, and what was said earlier is void.
 */
export class SourceClock {
  readonly #rate: number;
  readonly #publisher: PublisherClock;
  readonly #arrivals = new Envelope();
  #first: Report | undefined;
  #last: Report | undefined;

  /** @param rate Nominal RTP units in a second. */
  constructor(rate: number, publisher: PublisherClock) {
    this.#rate = rate;
    this.#publisher = publisher;
  }

  /** @param rtp Unwrapped. @param arrival Milliseconds on the recording's clock. */
  arrived(rtp: number, arrival: number): void {
    this.#arrivals.add((rtp / this.#rate) * 1000, arrival);
    if (this.#last !== undefined) this.#publisher.add(this.#ntp(rtp), arrival);
  }

  /** @param ntp Milliseconds on the publisher's clock when `rtp` was captured. */
  reported(rtp: number, ntp: number): void {
    this.#first ??= { rtp, ntp };
    this.#last = { rtp, ntp };
    // What came before the first report counts too: the least delayed of it.
    const line = this.#arrivals.line();
    if (line !== undefined) this.#publisher.add(this.#ntp((line.x * this.#rate) / 1000), line.y);
  }

  /** `undefined` before the first arrival. */
  now(): TrackClock | undefined {
    const arrivals = this.#arrivals.line();
    if (arrivals === undefined) return undefined;
    const rtp = (arrivals.x * this.#rate) / 1000;
    const alone = { rtp, at: arrivals.y, rate: this.#rate / arrivals.slope };
    const publisher = this.#publisher.line();
    if (this.#last === undefined || publisher === undefined) return alone;
    const together = at(publisher, this.#ntp(rtp));
    // Its own least delayed packet cannot have come before it was captured by much, nor long after.
    if (Math.abs(together - alone.at) > MAX_APART) return alone;
    return { rtp, at: together, rate: (this.#ntpRate() / publisher.slope) * 1000 };
  }

  #ntp(rtp: number): number {
    const { rtp: from, ntp } = this.#last ?? { rtp: 0, ntp: 0 };
    return ntp + (rtp - from) / this.#ntpRate();
  }

  /** RTP units in a millisecond of the publisher's clock. */
  #ntpRate(): number {
    const nominal = this.#rate / 1000;
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined || last.ntp - first.ntp < RATE_AFTER) return nominal;
    const measured = (last.rtp - first.rtp) / (last.ntp - first.ntp);
    return Math.abs(measured / nominal - 1) < 1e-3 ? measured : nominal;
  }
}

/** Milliseconds since the epoch on the recording's clock at an RTP time. */
export function timeAt({ rtp, at: time, rate }: TrackClock, position: number): number {
  return time + ((position - rtp) / rate) * 1000;
}

/** RTP time at a time of the recording's clock. */
export function rtpAt({ rtp, at: time, rate }: TrackClock, milliseconds: number): number {
  return rtp + ((milliseconds - time) / 1000) * rate;
}
