import type { Grants } from '@parley/protocol/grants';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { WebRtcTransport } from 'mediasoup/types';
import { SerialQueue } from '../sessions/serial-queue.ts';

/** What bounds a participant's bitrates; bit/s. */
export interface BitrateSources {
  settings: { maxBitrate: number; minBitrate: number; maxReceiveBitrate: number; startBitrate: number };
  grants: Pick<Grants, 'maxBitrate' | 'maxReceiveBitrate'>;
  /** The room's. */
  options: RoomMediaOptions;
}

/** Most that a participant may send on a PeerConnection, bit/s. */
export function mostSent({ settings, grants, options }: BitrateSources): number {
  return Math.min(settings.maxBitrate, grants.maxBitrate, options.maxBitrate ?? Number.POSITIVE_INFINITY);
}

/** Bounds of the estimate towards a participant, bit/s. */
export interface ReceiveBounds {
  /** 0 for none. */
  least: number;
  start: number;
  /** 0 for none. */
  most: number;
}

/** Where the estimate towards a participant may be, and where it starts. */
export function receiveBounds({ settings, grants, options }: BitrateSources): ReceiveBounds {
  const { maxReceiveBitrate, minBitrate, startBitrate } = settings;
  const bounds = [maxReceiveBitrate, grants.maxReceiveBitrate ?? 0, options.maxReceiveBitrate ?? 0];
  const most = Math.min(...bounds.map((bound) => (bound > 0 ? bound : Number.POSITIVE_INFINITY)));
  const least = Math.min(minBitrate, most);
  const start = Math.min(Math.max(startBitrate, least), most);
  return { least, start, most: Number.isFinite(most) ? most : 0 };
}

type Bounded = Pick<WebRtcTransport, 'setMinOutgoingBitrate' | 'setMaxOutgoingBitrate'>;

/** Keeps the estimate of a participant's receiving transport within what is said now. */
export class EstimateBounds {
  readonly #sources: () => BitrateSources;
  /** Room and grants may change at once, and two changes must not mix. */
  readonly #work = new SerialQueue(Number.POSITIVE_INFINITY);
  #held: Pick<ReceiveBounds, 'least' | 'most'> = { least: 0, most: 0 };

  constructor(sources: () => BitrateSources) {
    this.#sources = sources;
  }

  /** Where the estimate is to start, bit/s. */
  get start(): number {
    return receiveBounds(this.#sources()).start;
  }

  /** Tells a transport, always the same one, in an order in which the floor is never above the ceiling. */
  async apply(transport: Bounded): Promise<void> {
    await this.#work.run(() => this.#bring(transport));
  }

  async #bring(transport: Bounded): Promise<void> {
    const before = this.#held;
    const { least, most } = receiveBounds(this.#sources());
    const floor = async () => {
      if (least !== before.least) await transport.setMinOutgoingBitrate(least);
    };
    const ceiling = async () => {
      if (most !== before.most) await transport.setMaxOutgoingBitrate(most);
    };
    const steps = least < before.least ? [floor, ceiling] : [ceiling, floor];
    for (const step of steps) await step();
    this.#held = { least, most };
  }
}
