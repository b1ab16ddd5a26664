import type { Producer, ProducerStat } from 'mediasoup/types';

/** What a track takes, bit/s. */
export interface TrackRate {
  /** Its lowest layer, temporal ones counted: the least that can be sent of it. */
  lowest: number;
  /** All of its layers. */
  total: number;
}

/** What is measured is taken again for so long, ms. */
const FRESH_MS = 2000;

/**
 * What the tracks of a room take, measured where they are published: once for all who receive them, and only while somebody's
 * link asks for it.
 */
export class TrackRates {
  readonly #measured = new WeakMap<Producer, { at: number; rate: Promise<TrackRate> }>();

  /** Nothing for a track that ends meanwhile. */
  async of(producer: Producer): Promise<TrackRate> {
    const now = performance.now();
    let measured = this.#measured.get(producer);
    if (measured === undefined || now - measured.at > FRESH_MS) {
      const rate = producer.getStats().then(
        (streams) => rateOf(producer, streams),
        () => ({ lowest: 0, total: 0 }),
      );
      measured = { at: now, rate };
      this.#measured.set(producer, measured);
    }
    return await measured.rate;
  }
}

type Stream = Pick<ProducerStat, 'rid' | 'ssrc' | 'bitrate' | 'bitrateByLayer'>;

/** What the worker says of a track's streams, in one. */
export function rateOf(
  { type, rtpParameters }: Pick<Producer, 'type' | 'rtpParameters'>,
  streams: readonly Stream[],
): TrackRate {
  const total = streams.reduce((sum, { bitrate }) => sum + bitrate, 0);
  if (type === 'simple') return { lowest: total, total };
  const encodings = rtpParameters.encodings ?? [];
  // The lowest that its publisher sends now.
  const flowing = encodings
    .map(({ rid, ssrc }) => streams.find((one) => (rid === undefined ? one.ssrc === ssrc : one.rid === rid)))
    .find((stream) => stream !== undefined && stream.bitrate > 0);
  const base = flowing?.bitrateByLayer['0.0'] ?? 0;
  return { lowest: base > 0 ? base : (flowing?.bitrate ?? total), total };
}
