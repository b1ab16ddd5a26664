import { DATA_CHANNELS, type DataReliability, writeDataFrame } from '@parley/protocol/data-channels';
import type { DataMessage } from '@parley/protocol/data-messages';
import { ParleyError } from '@parley/protocol/errors';
import type { DataProducer, DirectTransport, Router } from 'mediasoup/types';
import { DataEnd, type DataOwner, type DataTarget } from './data-end.ts';
import { RoomShare } from './room-share.ts';

/** Counts data messages. */
export interface DataCounts {
  /** One was taken from a participant. */
  taken(bytes: number): void;
  /** One was refused. */
  refused(code: ParleyError['code']): void;
}

/** What a room's participants consume: one for each channel. */
type Outlets = Record<keyof typeof DATA_CHANNELS, DataProducer>;

/** What a hub has open on a router while somebody there has data channels. */
export interface DataParts {
  /** Takes what participants send. */
  direct: DirectTransport;
  outlets: Outlets;
}

/** Parts on one router; absent until they are made. */
interface Place {
  making: Promise<DataParts>;
  parts?: DataParts;
}

/** Subchannels are 16 bits wide. */
const SUBCHANNELS = 2 ** 16;
const BINARY = 53;

/**
 * A room's data messages on this node: what a participant sends comes here, and goes out once for each of the room's
 * routers, by a producer from which the worker sends it to everybody or to the subchannels of some. Each end of a
 * participant is a subchannel.
 */
export class DataHub {
  readonly #counts: DataCounts;
  /** Those that are open or being opened, by their subchannel. */
  readonly #ends = new Map<number, DataEnd>();
  readonly #share = new RoomShare(performance.now());
  /** On each router where somebody has an end. */
  readonly #places = new Map<Router, Place>();
  #next = 0;

  constructor(counts: DataCounts) {
    this.#counts = counts;
  }

  /**
   * Opens the data channels of a client's transport, whose SCTP is enabled and not connected yet. Whoever opens an end
   * closes it.
   *
   * @throws when the worker cannot, or the transport is closed meanwhile; nothing is left of it then
   */
  async open(target: DataTarget, owner: DataOwner): Promise<DataEnd> {
    const subchannel = this.#freeSubchannel();
    const end = new DataEnd(subchannel, target.router, owner, {
      counts: this.#counts,
      deliver: (reliability, header, payload) => this.#deliver(end, reliability, header, payload),
      closed: () => this.#forget(end),
    });
    this.#ends.set(subchannel, end);
    try {
      await end.connect(target, await this.#partsOn(target.router));
      return end;
    } catch (error) {
      end.close();
      throw error;
    }
  }

  #freeSubchannel(): number {
    if (this.#ends.size >= SUBCHANNELS) throw new Error('too many data channels in one room');
    while (this.#ends.has(this.#next)) this.#next = (this.#next + 1) % SUBCHANNELS;
    const subchannel = this.#next;
    // Not the one that was free last: messages for whoever had it may be on their way.
    this.#next = (this.#next + 1) % SUBCHANNELS;
    return subchannel;
  }

  #partsOn(router: Router): Promise<DataParts> {
    const known = this.#places.get(router);
    if (known !== undefined) return known.making;
    const place: Place = {
      making: this.#make(router).then((parts) => {
        place.parts = parts;
        return parts;
      }),
    };
    this.#places.set(router, place);
    return place.making;
  }

  async #make(router: Router): Promise<DataParts> {
    const direct = await router.createDirectTransport();
    if (router.closed) {
      // It came too late to be closed with its router.
      direct.close();
      throw new Error('the router was closed meanwhile');
    }
    const outlet = async (label: string) => {
      const producer = await direct.produceData({ label });
      // The router went meanwhile, and took along what was there by then.
      if (direct.closed) producer.close();
      return producer;
    };
    const [session, reliable, lossy] = await Promise.all([
      outlet(DATA_CHANNELS.session.label),
      outlet(DATA_CHANNELS.reliable.label),
      outlet(DATA_CHANNELS.lossy.label),
    ]);
    if (direct.closed) throw new Error('the router was closed meanwhile');
    return { direct, outlets: { session, reliable, lossy } };
  }

  /** The last one on a router closes the door there. */
  #forget({ subchannel, router }: DataEnd): void {
    this.#ends.delete(subchannel);
    if ([...this.#ends.values()].some((end) => end.router === router)) return;
    const place = this.#places.get(router);
    this.#places.delete(router);
    place?.making.then(
      ({ direct }) => direct.close(),
      () => undefined,
    );
  }

  #deliver(
    from: DataEnd,
    reliability: DataReliability,
    { to, ...header }: Omit<DataMessage, 'from'> & { to?: readonly string[] | undefined },
    payload: Uint8Array,
  ): void {
    const message: DataMessage = { ...header, from: from.participantId };
    const frame = Buffer.from(writeDataFrame(message, payload).buffer);
    const send = (router: Router, to: { only?: number[]; but?: number }) => {
      const outlet = this.#places.get(router)?.parts?.outlets[reliability];
      if (outlet?.closed === false) outlet.send(frame, BINARY, to.only, undefined, to.but);
    };
    if (to === undefined) {
      this.#charge(this.#ends.size - 1, frame);
      for (const router of this.#places.keys()) send(router, { but: from.subchannel });
      return;
    }
    const wanted = new Set(to);
    const recipients = [...this.#ends.values()].filter(
      (end) => end !== from && wanted.has(end.participantId),
    );
    if (recipients.length === 0) {
      throw new ParleyError(
        'participant_not_found',
        'None of the participants in "to" has data channels here; look at who is in the room.',
      );
    }
    this.#charge(recipients.length, frame);
    for (const [router, ends] of Map.groupBy(recipients, (end) => end.router)) {
      send(router, { only: ends.map(({ subchannel }) => subchannel) });
    }
  }

  /** @throws {ParleyError} `rate_limited` when the room sends too much */
  #charge(receivers: number, { length }: Buffer): void {
    if (this.#share.take(performance.now(), receivers, length)) return;
    const message =
      'All in this room together send more data messages than are passed on; send fewer, or to fewer.';
    throw new ParleyError('rate_limited', message);
  }
}
