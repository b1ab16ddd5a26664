/** What mediasoup tells of a publisher's sender report (RFC 3550 §6.4.1). */
export interface SenderReport {
  ssrc: number;
  /** Seconds since 1900, and 2^32ths of one. */
  ntpSec: number;
  ntpFrac: number;
  rtpTs: number;
}

/** That a captured RTP timestamp is a moment of the publisher's clock. It holds for that timestamp and those that follow. */
export interface ClockReport {
  /** Milliseconds since the epoch on the publisher's clock. */
  ntp: number;
  rtp: number;
}

/** A packet that begins a key frame. */
interface KeyFrame {
  ssrc: number;
  timestamp: number;
}

/** A stretch of what is sent: from one of the publisher's streams, moved by so much. */
interface Stretch {
  ssrc: number;
  /** What mediasoup takes off the publisher's timestamps. */
  offset: number;
  /** The publisher's timestamp that it begins with; undefined where it has no beginning that matters. */
  from: number | undefined;
}

const NTP_EPOCH_SECONDS = 2_208_988_800;

/**
 * Which of its publisher's times the timestamps of a captured track are. Pure.
 *
 * Of simulcast, each layer has timestamps of its own, and mediasoup brings them onto one line, near enough not to be seen but
 * not for sound and picture to fit for an hour. By how much it moves them is seen by the key frame with which a layer begins, as it came
 * and as it was sent: mediasoup tells of both in one go.
 */
export class TrackClock {
  readonly #clockRate: number;
  readonly #reports = new Map<number, ClockReport>();
  #stretch: Stretch | undefined;
  /** The key frame that came last, until it was sent. */
  #came: KeyFrame | undefined;
  #sent: number | undefined;

  /** @param ssrc of the only stream, where there is one: its timestamps are sent as they are */
  constructor(clockRate: number, ssrc?: number) {
    this.#clockRate = clockRate;
    if (ssrc !== undefined) this.#stretch = { ssrc, offset: 0, from: undefined };
  }

  /** @returns whether it is the first that says anything of what is sent now */
  reported({ ssrc, ntpSec, ntpFrac, rtpTs }: SenderReport): boolean {
    if (ntpSec === 0) return false;
    const isFirst = !this.#reports.has(ssrc);
    const ntp = (ntpSec - NTP_EPOCH_SECONDS) * 1000 + (ntpFrac / 2 ** 32) * 1000;
    this.#reports.set(ssrc, { ntp, rtp: rtpTs });
    return isFirst && ssrc === this.#stretch?.ssrc;
  }

  /** A key frame came from the publisher. */
  came({ ssrc, timestamp }: KeyFrame): void {
    this.#came = { ssrc, timestamp };
  }

  /** A key frame was sent. @returns whether timestamps mean something else from it on */
  sent(timestamp: number): boolean {
    const came = this.#came;
    // One that is sent again has come long before.
    const isNewer = this.#sent === undefined || difference(timestamp, this.#sent) > 0;
    if (came === undefined || !isNewer) return false;
    this.#came = undefined;
    this.#sent = timestamp;
    const offset = (came.timestamp - timestamp) >>> 0;
    if (this.#stretch?.ssrc === came.ssrc && this.#stretch.offset === offset) return false;
    this.#stretch = { ssrc: came.ssrc, offset, from: came.timestamp };
    return this.#reports.has(came.ssrc);
  }

  /** What is known now; undefined while nothing is. */
  get report(): ClockReport | undefined {
    const stretch = this.#stretch;
    const report = stretch && this.#reports.get(stretch.ssrc);
    if (stretch === undefined || report === undefined) return undefined;
    // One from before the stretch is told as of its beginning.
    const ahead = stretch.from === undefined ? 0 : Math.max(0, difference(stretch.from, report.rtp));
    return {
      ntp: report.ntp + (ahead / this.#clockRate) * 1000,
      rtp: (report.rtp + ahead - stretch.offset) >>> 0,
    };
  }
}

/** How far a timestamp is ahead of another one, over the wrap. */
function difference(a: number, b: number): number {
  return (a - b) | 0;
}
