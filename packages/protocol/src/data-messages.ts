import { z } from 'zod';
import {
  DataFrameError,
  type DataReliability,
  MAX_DATA_BYTES,
  MAX_LOSSY_DATA_BYTES,
  MAX_RECIPIENTS,
  MAX_TOPIC_LENGTH,
  readDataFrame,
} from './data-channels.ts';
import { describeIssues } from './decode.ts';
import { ParleyError } from './errors.ts';
import { OpaqueId } from './identifiers.ts';

const topic = z.string().min(1).max(MAX_TOPIC_LENGTH).optional();
/** Whether the payload is text in UTF-8. Default false. */
const text = z.boolean().optional();

/** Header of a data message from a client. */
export const DataRequest = z.object({
  /** What it is about; the application's to choose. */
  topic,
  text,
  /** Participants' ids; everybody else in the room when absent. */
  to: z.array(OpaqueId).min(1).max(MAX_RECIPIENTS).optional(),
});
export type DataRequest = z.infer<typeof DataRequest>;

/** Header of a data message to a client. */
export const DataMessage = z.object({ from: OpaqueId, topic, text });
export type DataMessage = z.infer<typeof DataMessage>;

/**
 * Reads a client's frame.
 *
 * @throws {ParleyError} `invalid_message`, `message_too_large`
 */
export function decodeDataRequest(
  frame: Uint8Array,
  reliability: DataReliability,
): { header: DataRequest; payload: Uint8Array } {
  const { header, payload } = apart(frame);
  const most = reliability === 'lossy' ? MAX_LOSSY_DATA_BYTES : MAX_DATA_BYTES;
  if (payload.length > most) {
    throw new ParleyError('message_too_large', `A ${reliability} data message may have ${most} bytes.`);
  }
  const read = DataRequest.safeParse(header);
  if (!read.success) throw new ParleyError('invalid_message', describeIssues(read.error, 'header'));
  return { header: read.data, payload };
}

function apart(frame: Uint8Array): ReturnType<typeof readDataFrame> {
  try {
    return readDataFrame(frame);
  } catch (error) {
    if (error instanceof DataFrameError) {
      throw new ParleyError('invalid_message', error.message, { cause: error });
    }
    throw error;
  }
}
