/**
 * Data channels: messages from participant to participant over the client's sending PeerConnection. The channels are
 * negotiated (RFC 8831 §6.7): both ends open them with these ids, without DCEP. What they carry are frames: two bytes with
 * the length of the header, most significant first, the header, JSON in UTF-8, and the payload.
 * Browsers import this file, so it brings no schemas; those of the headers are in `data-messages.ts`.
 */
export const DATA_CHANNELS = {
  /** For session messages, as text; see {@link SESSION_PING}. */
  session: { id: 0, label: 'session', ordered: true },
  reliable: { id: 1, label: 'data', ordered: true },
  lossy: { id: 2, label: 'data-lossy', ordered: false, maxRetransmits: 0 },
} as const satisfies Record<string, DataChannelParameters>;

/**
 * With this a client asks for its session's messages on the channel `session` from then on, in place of the Room's socket.
 * The node says {@link SESSION_PONG} where it agrees, else nothing.
 */
export const SESSION_PING = 'ping';
export const SESSION_PONG = 'pong';

/** Largest message on that channel, bytes. What is larger takes the way that was there before. */
export const MAX_SESSION_CHANNEL_BYTES = 256 * 1024;

/** What both ends say when they open a channel. */
export interface DataChannelParameters {
  /** The SCTP stream, the same both ways. */
  readonly id: number;
  readonly label: string;
  readonly ordered: boolean;
  readonly maxRetransmits?: number;
}

/** The channels that carry data messages. */
export type DataReliability = 'reliable' | 'lossy';

/** Largest header of a frame, bytes. */
export const MAX_DATA_HEADER_BYTES = 4094;
/** Largest payload, bytes. With its header it is 64 KiB, what a client takes that does not say (RFC 8841 §6.1). */
export const MAX_DATA_BYTES = 60 * 1024;
/** Largest payload of a lossy message, bytes: with its header it goes into one packet, and is lost or there. */
export const MAX_LOSSY_DATA_BYTES = 1024;
/** Largest frame, bytes. */
export const MAX_DATA_FRAME_BYTES = 2 + MAX_DATA_HEADER_BYTES + MAX_DATA_BYTES;
/** Longest topic, characters. */
export const MAX_TOPIC_LENGTH = 64;
/** Most participants that one message can be addressed to. */
export const MAX_RECIPIENTS = 64;

/** A frame cannot be read or made; the message says why. */
export class DataFrameError extends Error {
  override readonly name = 'DataFrameError';
}

/**
 * Makes a frame.
 *
 * @throws {DataFrameError} if the header is longer than {@link MAX_DATA_HEADER_BYTES}
 */
export function writeDataFrame(header: object, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length > MAX_DATA_HEADER_BYTES) {
    throw new DataFrameError(`A header may have ${MAX_DATA_HEADER_BYTES} bytes; name fewer participants.`);
  }
  const frame = new Uint8Array(2 + json.length + payload.length);
  new DataView(frame.buffer).setUint16(0, json.length);
  frame.set(json, 2);
  frame.set(payload, 2 + json.length);
  return frame;
}

/**
 * Takes a frame apart. The payload is a view of the frame.
 *
 * @throws {DataFrameError} if it is none
 */
export function readDataFrame(frame: Uint8Array): { header: unknown; payload: Uint8Array } {
  if (frame.length < 2) throw new DataFrameError('A frame begins with two bytes, the length of its header.');
  const length = new DataView(frame.buffer, frame.byteOffset).getUint16(0);
  if (length > MAX_DATA_HEADER_BYTES || 2 + length > frame.length) {
    throw new DataFrameError(
      `The frame says that its header has ${length} bytes: more than ${MAX_DATA_HEADER_BYTES}, or than there are.`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(2, 2 + length)));
  } catch {
    throw new DataFrameError('The header of a frame is a JSON object in UTF-8.');
  }
  return { header, payload: frame.subarray(2 + length) };
}
