import { percentile } from '@parley/bots/fleet-figures';

/** One frame that was shown, ms; empty where its time could not be read. */
export interface FrameTimes {
  /** From drawing it until it is on the screen. */
  age?: number;
  /** Of that, from its last packet on: jitter buffer, decoder and the wait for the screen. */
  afterReceipt?: number;
}

/** What sender and receiver have counted so far (webrtc-stats); times in seconds. */
export interface StreamCounts {
  encoded: number;
  encoding: number;
  sent: number;
  pacing: number;
  decoded: number;
  decoding: number;
  emitted: number;
  buffered: number;
  dropped: number;
  /** The latest, of the slower connection. */
  roundTrip: number;
}

/** Spread of some times, ms. */
export interface Spread {
  p50: number;
  p95: number;
  max: number;
}

/** How old frames were when they were shown, and where they were meanwhile; ms. */
export interface Latency {
  frames: number;
  /** Frames whose time could not be read. */
  unread: number;
  framesPerSecond: number;
  age: Spread;
  /** Until the last packet of the frame came: encoder, pacer, network and node. */
  untilReceipt: Spread;
  /** Means of a frame, or of a packet in the pacer. */
  encoding: number;
  pacing: number;
  buffered: number;
  decoding: number;
  roundTrip: number;
}

/** @throws {Error} when no frame's time was read */
export function latencyOf(
  frames: readonly FrameTimes[],
  before: StreamCounts,
  after: StreamCounts,
  seconds: number,
): Latency {
  const read = frames.flatMap(({ age, afterReceipt }) =>
    age === undefined || afterReceipt === undefined ? [] : [{ age, untilReceipt: age - afterReceipt }],
  );
  if (read.length === 0) throw new Error(`of ${frames.length} frames that were shown none could be read`);
  const mean = (time: keyof StreamCounts, count: keyof StreamCounts) =>
    ((after[time] - before[time]) * 1000) / Math.max(1, after[count] - before[count]);
  return {
    frames: read.length,
    unread: frames.length - read.length,
    framesPerSecond: frames.length / seconds,
    age: spread(read.map(({ age }) => age)),
    untilReceipt: spread(read.map(({ untilReceipt }) => untilReceipt)),
    encoding: mean('encoding', 'encoded'),
    pacing: mean('pacing', 'sent'),
    buffered: mean('buffered', 'emitted'),
    decoding: mean('decoding', 'decoded'),
    roundTrip: after.roundTrip * 1000,
  };
}

function spread(times: readonly number[]): Spread {
  const at = (share: number) => percentile(times, share) ?? 0;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
