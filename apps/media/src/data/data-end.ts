import {
  DATA_CHANNELS,
  type DataChannelParameters,
  type DataReliability,
} from '@parley/protocol/data-channels';
import { type DataRequest, decodeDataRequest } from '@parley/protocol/data-messages';
import { DecodeError } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import type { Grants } from '@parley/protocol/grants';
import { DATA_MESSAGES, DATA_VOLUME, SESSION_REQUESTS } from '@parley/protocol/token-bucket';
import type { DataConsumer, DataProducer, Router, WebRtcTransport } from 'mediasoup/types';
import type { DataAllowance } from './data-allowance.ts';
import type { DataCounts, DataParts } from './data-hub.ts';
import { RefusalBrake } from './refusal-brake.ts';
import { ReliefValve } from './relief-valve.ts';
import { SessionChannel, type SessionChannelHandlers } from './session-channel.ts';

/** Whose data channels they are. */
export interface DataOwner {
  readonly participantId: string;
  /** Looked at for each message: they change. */
  readonly grants: Pick<Grants, 'data'>;
  readonly allowance: DataAllowance;
  /**
   * A message was refused, or one for the participant was lost. Told no more often than is good for the client.
   *
   * @param requestType the type of a session's message; absent for data
   */
  onError(error: ParleyError, requestType?: string): void;
  readonly session: SessionChannelHandlers;
}

/** What the client takes. */
export interface DataTarget {
  readonly router: Router;
  readonly transport: WebRtcTransport;
  /** Its largest message, bytes. */
  readonly maxMessageSize: number;
}

/** What an end needs of its hub. */
export interface DataEndHandlers {
  readonly counts: DataCounts;
  /** @throws {ParleyError} `participant_not_found` */
  deliver(reliability: DataReliability, header: DataRequest, payload: Uint8Array): void;
  closed(): void;
}

const RELIABILITIES = ['reliable', 'lossy'] as const satisfies DataReliability[];
const TEXT = 51;
const BINARY = 53;
/** How long a lossy message may wait for a slow receiver, ms: what is older is of no use. */
const LOSSY_LIFETIME_MS = 400;

/** The node's end of one client's data channels: what it sends comes in here, checked; what is for it goes out. */
export class DataEnd {
  readonly subchannel: number;
  /** Where the client's transport is. */
  readonly router: Router;
  readonly #owner: DataOwner;
  readonly #handlers: DataEndHandlers;
  #channel: SessionChannel | undefined;
  /** Apart: an answer that is thrown away with data messages would be lost for good. */
  readonly #brakes: Record<'session' | 'data', RefusalBrake>;
  #inlets: DataProducer[] = [];
  #consumers: DataConsumer[] = [];
  #closed = false;

  constructor(subchannel: number, router: Router, owner: DataOwner, handlers: DataEndHandlers) {
    this.subchannel = subchannel;
    this.router = router;
    this.#owner = owner;
    this.#handlers = handlers;
    const { refusals, requestRefusals } = owner.allowance;
    this.#brakes = { session: new RefusalBrake(requestRefusals), data: new RefusalBrake(refusals) };
  }

  get participantId(): string {
    return this.#owner.participantId;
  }

  /** To be called once. @throws when the worker cannot, or it was closed meanwhile */
  async connect(target: DataTarget, parts: DataParts): Promise<void> {
    const { transport } = target;
    const [channel] = await Promise.all([this.#send(target, parts), this.#receive(transport, parts)]);
    this.#channel = channel;
    if (this.#closed || transport.closed) throw new Error('the connection was closed meanwhile');
  }

  /** Closes the channels on the node's side, and every timer. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const brake of Object.values(this.#brakes)) brake.close();
    // What consumes an inlet goes with it.
    for (const part of [...this.#inlets, ...this.#consumers]) part.close();
    this.#handlers.closed();
  }

  /** Towards the client. mediasoup counts the streams of its consumers from 0, as they are asked for. */
  async #send({ transport, maxMessageSize }: DataTarget, { outlets }: DataParts): Promise<SessionChannel> {
    const { subchannel } = this;
    const consume = async (channel: keyof typeof outlets, lifetime?: number) => {
      const consumer = await transport.consumeData({
        dataProducerId: outlets[channel].id,
        ...(lifetime === undefined ? { ordered: true } : { ordered: false, maxPacketLifeTime: lifetime }),
        subchannels: [subchannel],
      });
      this.#keep(this.#consumers, consumer);
      if (consumer.sctpStreamParameters?.streamId !== DATA_CHANNELS[channel].id) {
        throw new Error(`the channel ${channel} came to be on another stream`);
      }
      return consumer;
    };
    const [session, reliable, lossy] = await Promise.all([
      consume('session'),
      consume('reliable'),
      consume('lossy', LOSSY_LIFETIME_MS),
    ]);
    new ReliefValve(reliable, () => {
      const message =
        'Data messages for you were lost: you receive too slowly, or not at all. Ask the others for what you miss.';
      this.#tell(new ParleyError('slow_reader', message));
    });
    new ReliefValve(lossy);
    return new SessionChannel(session, maxMessageSize, this.#owner.session);
  }

  /** From the client. */
  async #receive(transport: WebRtcTransport, { direct }: DataParts): Promise<void> {
    const open = async (
      channel: keyof typeof DATA_CHANNELS,
      take: (message: Buffer, ppid: number) => void,
    ) => {
      const { id: streamId, label, ...rest }: DataChannelParameters = DATA_CHANNELS[channel];
      const inlet = await transport.produceData({ sctpStreamParameters: { streamId, ...rest }, label });
      this.#keep(this.#inlets, inlet);
      const brake = this.#brakes[channel === 'session' ? 'session' : 'data'];
      brake.add(inlet);
      const consumer = await direct.consumeData({ dataProducerId: inlet.id });
      this.#keep(this.#consumers, consumer);
      consumer.on('message', (message, ppid) => {
        if (!this.#closed) this.#try(() => take(message, ppid), brake);
      });
    };
    await Promise.all([
      open('session', (message, ppid) => this.#takeRequest(message, ppid)),
      ...RELIABILITIES.map((reliability) =>
        open(reliability, (frame, ppid) => this.#take(reliability, frame, ppid)),
      ),
    ]);
  }

  #keep<T extends DataProducer | DataConsumer>(list: T[], part: T): void {
    list.push(part);
    if (this.#closed) part.close();
  }

  #try(what: () => void, brake: RefusalBrake): void {
    try {
      what();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.#handlers.counts.refused(error.code);
      this.#tell(error, error instanceof DecodeError ? (error.requestType ?? 'session') : undefined);
      brake.refused();
    }
  }

  /** @throws {ParleyError} */
  #takeRequest(message: Buffer, ppid: number): void {
    const now = performance.now();
    const { requests, requestVolume } = this.#owner.allowance;
    if (!requests.take(now) || !requestVolume.take(now, message.length)) {
      const most = `Send no more than ${SESSION_REQUESTS.rate} messages a second.`;
      throw new DecodeError('rate_limited', most, 'session');
    }
    if (ppid !== TEXT) throw new DecodeError('bad_json', 'Send session messages as text.', 'session');
    this.#channel?.receive(message.toString());
  }

  /** @throws {ParleyError} */
  #take(reliability: DataReliability, frame: Buffer, ppid: number): void {
    this.#check(frame, ppid);
    const { header, payload } = decodeDataRequest(frame, reliability);
    this.#handlers.deliver(reliability, header, payload);
    this.#handlers.counts.taken(frame.length);
  }

  /** @throws {ParleyError} `forbidden`, `rate_limited`, `invalid_message` */
  #check({ length }: Buffer, ppid: number): void {
    const now = performance.now();
    if (!this.#owner.grants.data) {
      throw new ParleyError(
        'forbidden',
        'The grants do not include sending data; ask for a token that has it.',
      );
    }
    const { messages, volume } = this.#owner.allowance;
    if (!messages.take(now) || !volume.take(now, length)) {
      throw new ParleyError(
        'rate_limited',
        `Send no more than ${DATA_MESSAGES.rate} data messages and ${DATA_VOLUME.rate} bytes a second.`,
      );
    }
    if (ppid !== BINARY) {
      throw new ParleyError(
        'invalid_message',
        'Send data messages as binary frames; a header says that it is text.',
      );
    }
  }

  #tell(error: ParleyError, requestType?: string): void {
    if (this.#closed || !this.#owner.allowance.told.take(performance.now())) return;
    this.#owner.onError(error, requestType);
  }
}
