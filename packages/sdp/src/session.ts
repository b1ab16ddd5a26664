import * as sdpTransform from 'sdp-transform';
import { SdpError } from './errors.ts';
import { MAX_LINE_LENGTH, type SdpLimits } from './limits.ts';

/** The `o=` line (RFC 8866 §5.2). Numbers stay text: they reach 2^63 and more. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly address: string;
}

/** A description as sdp-transform read it, known to be within its limits, with a usable `o=` line. */
export interface ParsedSession {
  readonly description: sdpTransform.SessionDescription;
  readonly origin: Origin;
}

/** Everything below U+0020 but tab, line feed and carriage return, and DEL (RFC 8866 §9: byte-string). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Reads a session description that came from outside.
 *
 * @throws {SdpError} whatever is wrong with it; nothing else.
 */
export function parseSession(sdp: string, limits: SdpLimits): ParsedSession {
  checkText(sdp, limits);
  let description: sdpTransform.SessionDescription;
  try {
    description = sdpTransform.parse(sdp);
  } catch (cause) {
    throw new SdpError(
      'sdp_malformed',
      'The SDP cannot be read. Send the `sdp` of a RTCSessionDescription.',
      {
        cause,
      },
    );
  }
  for (const [index, section] of description.media.entries()) {
    const port = Number(section.port);
    if (section.type === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new SdpError(
        'sdp_malformed',
        `m-line ${index} is not of the form "m=<kind> <port> <proto> <fmt>".`,
      );
    }
  }
  return { description, origin: readOrigin(description) };
}

function checkText(sdp: string, limits: SdpLimits): void {
  if (typeof sdp !== 'string') throw new SdpError('sdp_malformed', 'The SDP must be a string.');
  if (sdp.length > limits.maxBytes || Buffer.byteLength(sdp) > limits.maxBytes) {
    throw new SdpError(
      'sdp_too_large',
      `The SDP has more than ${limits.maxBytes} bytes. Stop transceivers that are no longer used, or open a new RTCPeerConnection.`,
    );
  }
  if (!/^v=0\r?\n/.test(sdp)) {
    throw new SdpError(
      'sdp_malformed',
      'The SDP must begin with the line "v=0". Send the `sdp` of a RTCSessionDescription.',
    );
  }
  if (CONTROL_CHARACTER.test(sdp))
    throw new SdpError('sdp_malformed', 'The SDP contains control characters.');
  const lines = sdp.split(/\r\n|\r|\n/);
  if (lines.length > limits.maxLines) {
    throw new SdpError('sdp_too_large', `The SDP has more than ${limits.maxLines} lines.`);
  }
  let media = 0;
  for (const line of lines) {
    if (line.length > MAX_LINE_LENGTH) {
      throw new SdpError('sdp_too_large', `The SDP has a line of more than ${MAX_LINE_LENGTH} characters.`);
    }
    if (line !== '' && !/^[a-z]=/.test(line)) {
      throw new SdpError('sdp_malformed', 'The SDP has a line that is not of the form "<letter>=<value>".');
    }
    if (line.startsWith('m=')) media += 1;
  }
  if (media > limits.maxMedia) {
    throw new SdpError(
      'sdp_too_many_media',
      `The SDP has ${media} m-lines, more than the ${limits.maxMedia} allowed. Open a new RTCPeerConnection.`,
    );
  }
}

function readOrigin(description: sdpTransform.SessionDescription): Origin {
  const origin: Partial<sdpTransform.SessionDescription['origin']> | undefined = description.origin;
  const sessionId = String(origin?.sessionId ?? '');
  const sessionVersion = String(origin?.sessionVersion ?? '');
  if (!origin || !/^\d{1,20}$/.test(sessionId) || !/^\d{1,20}$/.test(sessionVersion)) {
    throw new SdpError('sdp_malformed', 'The SDP has no valid "o=" line.');
  }
  return {
    username: String(origin.username),
    sessionId,
    sessionVersion,
    address: String(origin.address),
  };
}
