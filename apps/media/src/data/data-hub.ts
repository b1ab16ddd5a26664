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

/** What a hub has open while somebody has data channels. */
export interface DataParts {
  /** Takes what participants send. */
  direct: DirectTransport;
  outlets: Outlets;
}

/** Subchannels are 16 bits wide. */
const SUBCHANNELS = 2 ** 16;
const BINARY = 53;

/**
 * A room's data messages on this node: what a participant sends comes here, and goes out once, by a producer from which
 * the worker sends it to everybody or to the subchannels of some. Each end of a participant is a subchannel.
 */
export class DataHub {
  readonly #router: Router;
  readonly #counts: DataCounts;
  /** Those that are open or being opened, by their subchannel. */
  readonly #ends = new Map<number, DataEnd>();
  readonly #share = new RoomShare(performance.now());
  #parts: Promise<DataParts> | undefined;
  #next = 0;

  constructor(router: Router, counts: DataCounts) {
    this.#router = router;
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
    const end = new DataEnd(subchannel, owner, {
      counts: this.#counts,
      deliver: (reliability, header, payload) => this.#deliver(end, reliability, header, payload),
      closed: () => this.#forget(end),
    });
    this.#ends.set(subchannel, end);
    try {
      this.#parts ??= this.#make();
      await end.connect(target, await this.#parts);
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

  async #make(): Promise<DataParts> {
    const direct = await this.#router.createDirectTransport();
    const outlet = (label: string) => direct.produceData({ label });
    const [session, reliable, lossy] = await Promise.all([
      outlet(DATA_CHANNELS.session.label),
      outlet(DATA_CHANNELS.reliable.label),
      outlet(DATA_CHANNELS.lossy.label),
    ]);
    return { direct, outlets: { session, reliable, lossy } };
  }

  /** The last one closes the door. */
  #forget({ subchannel }: DataEnd): void {
    this.#ends.delete(subchannel);
    if (this.#ends.size > 0) return;
    const parts = this.#parts;
    this.#parts = undefined;
    parts?.then(
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
    const outlet = from.parts?.outlets[reliability];
    if (outlet === undefined || outlet.closed) return;
    if (to === undefined) {
      this.#charge(this.#ends.size - 1, frame);
      outlet.send(frame, BINARY, undefined, undefined, from.subchannel);
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
    outlet.send(
      frame,
      BINARY,
      recipients.map(({ subchannel }) => subchannel),
    );
  }

  /** @throws {ParleyError} `rate_limited` when the room sends too much */
  #charge(receivers: number, { length }: Buffer): void {
    if (this.#share.take(performance.now(), receivers, length)) return;
    const message =
      'All in this room together send more data messages than are passed on; send fewer, or to fewer.';
    throw new ParleyError('rate_limited', message);
  }
}
