import {
  DataFrameError,
  type DataReliability,
  MAX_DATA_BYTES,
  MAX_LOSSY_DATA_BYTES,
  MAX_RECIPIENTS,
  MAX_TOPIC_LENGTH,
  readDataFrame,
  writeDataFrame,
} from '@parley/protocol/data-channels';
import type { DataRequest } from '@parley/protocol/data-messages';
import { DATA_MESSAGES, DATA_VOLUME, TokenBucket } from '@parley/protocol/token-bucket';
import { CallError } from './call-error.ts';
import type { DataChannels } from './data-channels.ts';

/** How a data message is to be sent. */
export interface DataOptions {
  /** Whether it arrives for certain, and after those sent before; else at once or not at all. Default true. */
  readonly reliable?: boolean;
  /** What it is about, 1–64 characters. */
  readonly topic?: string;
  /** Ids of 1–64 participants. Default: everybody else in the room. */
  readonly to?: readonly string[];
}

/** Somebody's data message. */
export interface DataMessage {
  /** The participant's id. */
  readonly from: string;
  /** A string if it was sent as one. */
  readonly payload: string | Uint8Array;
  readonly topic?: string;
  readonly reliable: boolean;
}

/** Reliable messages kept while there is no way to send them, and how many bytes of them. */
export const MOST_WAITING = 64;
export const MOST_WAITING_BYTES = 256 * 1024;
/** Bytes in the browser's buffer beyond which messages are refused, and lossy ones dropped. */
const MOST_BUFFERED: Readonly<Record<DataReliability, number>> = { reliable: 1024 * 1024, lossy: 16 * 1024 };

/** Data messages of a call through all its media sessions. */
export class DataMessages {
  readonly #channels: () => DataChannels | undefined;
  readonly #messages = new TokenBucket(DATA_MESSAGES, performance.now());
  readonly #volume = new TokenBucket(DATA_VOLUME, performance.now());
  #waiting: Uint8Array<ArrayBuffer>[] = [];

  /** @param channels those of now, open or not */
  constructor(channels: () => DataChannels | undefined) {
    this.#channels = channels;
  }

  /**
   * Sends a message, or keeps it until it can be sent; a lossy one is dropped instead.
   *
   * @throws {CallError} `message_too_large`, `invalid_message` or `rate_limited`
   */
  send(payload: string | Uint8Array, { reliable = true, topic, to }: DataOptions): void {
    const reliability = reliable ? 'reliable' : 'lossy';
    const isText = typeof payload === 'string';
    const bytes = isText ? new TextEncoder().encode(payload) : payload;
    const most = reliable ? MAX_DATA_BYTES : MAX_LOSSY_DATA_BYTES;
    if (bytes.length > most) {
      throw new CallError(
        'message_too_large',
        `A ${reliability} message may have ${most} bytes. Send less at once.`,
      );
    }
    const frame = frameOf(
      { ...(topic !== undefined && { topic }), ...(isText && { text: true }), ...(to && { to: [...to] }) },
      bytes,
    );
    const channels = this.#channels();
    const isOpen = channels?.areOpen ?? false;
    const isFull =
      isOpen && (channels?.waiting(reliability) ?? 0) + frame.length > MOST_BUFFERED[reliability];
    if (!reliable && (!isOpen || isFull)) return;
    const waitingBytes = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    const isQueueFull =
      this.#waiting.length >= MOST_WAITING || waitingBytes + frame.length > MOST_WAITING_BYTES;
    if (isFull || (!isOpen && isQueueFull) || !this.#allows(frame.length)) {
      throw new CallError('rate_limited', 'Too many data messages wait to be sent. Send this one later.');
    }
    if (channels !== undefined && isOpen) channels.send(frame, reliability);
    else this.#waiting.push(frame);
  }

  /** The channels are open: what waits goes first. */
  opened(): void {
    const channels = this.#channels();
    if (!channels?.areOpen) return;
    for (const frame of this.#waiting.splice(0)) channels.send(frame, 'reliable');
  }

  /** Reads what has come; undefined where it cannot be read. */
  read(frame: Uint8Array, reliability: DataReliability): DataMessage | undefined {
    try {
      const { header, payload } = readDataFrame(frame);
      const { from, topic, text } = (header ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof from !== 'string' || !['string', 'undefined'].includes(typeof topic)) return undefined;
      return {
        from,
        payload: text ? new TextDecoder().decode(payload) : payload,
        ...(typeof topic === 'string' && { topic }),
        reliable: reliability === 'reliable',
      };
    } catch (error) {
      if (error instanceof DataFrameError) return undefined;
      throw error;
    }
  }

  #allows(bytes: number): boolean {
    const now = performance.now();
    return this.#messages.take(now) && this.#volume.take(now, bytes);
  }
}

/** @throws {CallError} `invalid_message` */
function frameOf(header: DataRequest, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { topic, to } = header;
  if (topic !== undefined && (topic.length < 1 || topic.length > MAX_TOPIC_LENGTH)) {
    throw new CallError('invalid_message', `A topic has 1 to ${MAX_TOPIC_LENGTH} characters.`);
  }
  if (to !== undefined && (to.length < 1 || to.length > MAX_RECIPIENTS)) {
    throw new CallError('invalid_message', `Name 1 to ${MAX_RECIPIENTS} participants, or nobody for all.`);
  }
  try {
    return writeDataFrame(header, payload);
  } catch (cause) {
    if (cause instanceof DataFrameError) throw new CallError('invalid_message', cause.message, { cause });
    throw cause;
  }
}
