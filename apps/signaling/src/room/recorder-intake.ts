import { DecodeError, decode } from '@parley/protocol/decode';
import { RecorderLinkMessage } from '@parley/protocol/recording/recorder-link';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { closeWithError } from '../sockets.ts';
import type { RecorderAttachment } from './attachments.ts';

/** Largest message of a recorder, bytes: it has little to say. */
const MAX_RECORDER_MESSAGE_BYTES = 16 * 1024;

/**
 * Reads a recorder's frame; undefined, and the link is closed, when it cannot be one of the protocol. A link carries one hello, and
 * one word that the recorder cannot go on.
 */
export function readRecorderMessage(
  socket: WebSocket,
  link: RecorderAttachment,
  data: string | ArrayBuffer,
): RecorderLinkMessage | undefined {
  try {
    const message = decode(RecorderLinkMessage, data, MAX_RECORDER_MESSAGE_BYTES);
    if (message.type === 'failed') return message;
    if (!isSupportedVersion(message.version)) {
      closeWithError(socket, 'unsupported_version', `The edge speaks version ${PROTOCOL_VERSION}.`);
    } else if (link.open) {
      closeWithError(socket, 'invalid_message', 'Say hello once; open another link to say it again.');
    } else return message;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    closeWithError(socket, error.code, error.message);
  }
  return undefined;
}
