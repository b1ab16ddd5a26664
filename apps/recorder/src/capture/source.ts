import { type PublisherClock, SourceClock } from './clock.ts';
import { Unwrap } from './unwrap.ts';

/** RTP times and arrivals that go apart by more than this at once, seconds, are of another count. */
const MAX_LEAP_SECONDS = 2;
/** Sender reports that may wait for the first packet. */
const MOST_REPORTS = 8;

/** One unbroken count of RTP time: a stream, until its timestamps leap. */
export class Source {
  readonly clock: SourceClock;
  readonly #rate: number;
  readonly #unwrap = new Unwrap(32);
  /** The last packet's time and when it came. */
  #last: { rtp: number; arrival: number } | undefined;
  #reports: { rtp: number; ntp: number }[] = [];

  /** @param rate RTP units in a second. */
  constructor(rate: number, publisher: PublisherClock) {
    this.#rate = rate;
    this.clock = new SourceClock(rate, publisher);
  }

  /**
   * The RTP time of a packet, unwrapped, or `undefined` when it cannot be of this count.
   *
   * @param arrival Milliseconds on the recording's clock.
   */
  time(timestamp: number, arrival: number): number | undefined {
    const last = this.#last;
    const elapsed = last === undefined ? 0 : ((arrival - last.arrival) * this.#rate) / 1000;
    const rtp = this.#unwrap.next(timestamp, elapsed);
    if (last !== undefined && Math.abs(rtp - last.rtp - elapsed) > MAX_LEAP_SECONDS * this.#rate)
      return undefined;
    if (last === undefined || rtp > last.rtp) this.#last = { rtp, arrival };
    for (const { rtp: reported, ntp } of this.#reports.splice(0)) this.reported(reported, ntp);
    this.clock.arrived(rtp, arrival);
    return rtp;
  }

  /** @param timestamp Of a sender report, 32 bit. @param ntp Milliseconds on the publisher's clock. */
  reported(timestamp: number, ntp: number): void {
    const last = this.#last;
    if (last === undefined) {
      this.#reports = [...this.#reports, { rtp: timestamp, ntp }].slice(-MOST_REPORTS);
      return;
    }
    const rtp = timestamp + Math.round((last.rtp - timestamp) / 2 ** 32) * 2 ** 32;
    this.clock.reported(rtp, ntp);
  }
}
