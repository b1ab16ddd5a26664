import { DecodeError, decode } from '@parley/protocol/decode';
import { NodeLinkMessage } from '@parley/protocol/link-messages';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { closeWithError } from '../sockets.ts';
import type { LinkAttachment } from './attachments.ts';

/** Largest message of a node, bytes: an offer with a hundred tracks fits. */
const MAX_LINK_MESSAGE_BYTES = 1024 * 1024;

/** Reads a node's frame; undefined, and the link is closed, when it cannot be one of the protocol. */
export function readLinkMessage(
  socket: WebSocket,
  link: LinkAttachment,
  data: string | ArrayBuffer,
): NodeLinkMessage | undefined {
  try {
    const message = decode(NodeLinkMessage, data, MAX_LINK_MESSAGE_BYTES);
    if (message.type === 'hello') {
      if (isSupportedVersion(message.version)) return message;
      closeWithError(socket, 'unsupported_version', `The edge speaks version ${PROTOCOL_VERSION}.`);
    } else {
      if (link.open) return message;
      closeWithError(socket, 'invalid_message', 'Say hello first.');
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    closeWithError(socket, error.code, error.message);
  }
  return undefined;
}
