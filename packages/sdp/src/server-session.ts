import type { DtlsParameters, IceCandidate, IceParameters } from 'mediasoup/types';
import * as sdpTransform from 'sdp-transform';

/** What a mediasoup `WebRtcTransport` says of itself; the transport can be passed as it is. */
export interface ServerTransport {
  readonly iceParameters: IceParameters;
  readonly iceCandidates: readonly IceCandidate[];
  /** `role` is the server's: 'auto' until connected. */
  readonly dtlsParameters: DtlsParameters;
}

/** The server's `o=` line. */
export interface SessionIdentity {
  /** Up to 19 digits, the same for the life of a PeerConnection (RFC 8829 §5.2.1). */
  readonly sessionId: string;
  /** One more at each description of the same session. */
  readonly sessionVersion: number;
}

/** Writes the server's description: the session level, and m-lines as they are given. */
export function writeSession(
  { sessionId, sessionVersion }: SessionIdentity,
  transport: ServerTransport | undefined,
  bundle: readonly string[],
  media: sdpTransform.MediaDescription[],
): string {
  if (!/^\d{1,19}$/.test(sessionId)) throw new TypeError('sessionId must be 1 to 19 digits');
  if (!Number.isSafeInteger(sessionVersion) || sessionVersion < 0) {
    throw new TypeError('sessionVersion must be a non-negative integer');
  }
  const fingerprint =
    transport?.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ??
    transport?.dtlsParameters.fingerprints.at(-1);
  return sdpTransform.write({
    version: 0,
    origin: { username: '-', sessionId, sessionVersion, netType: 'IN', ipVer: 4, address: '127.0.0.1' },
    name: '-',
    timing: { start: 0, stop: 0 },
    ...(transport?.iceParameters.iceLite && { icelite: 'ice-lite' }),
    ...(transport && { iceOptions: 'ice2' }),
    ...(fingerprint && { fingerprint: { type: fingerprint.algorithm, hash: fingerprint.value } }),
    // Dropped by RFC 8830, still needed by older clients.
    msidSemantic: { semantic: 'WMS', token: '*' },
    // Chrome refuses a group without a member.
    ...(bundle.length > 0 && { groups: [{ type: 'BUNDLE', mids: bundle.join(' ') }] }),
    media,
  });
}

/** Corrects what mediasoup-client writes for browsers alone, which forgive it. */
export function completeSection(section: sdpTransform.MediaDescription): void {
  // The addresses are those of the candidates (RFC 8829 §5.2.1).
  section.connection = { version: 4, ip: '0.0.0.0' };
  section.port = 9;
  // An empty parameter would be written as a space at the end of the line.
  section.rtcpFb = section.rtcpFb?.map(({ subtype, ...fb }) => (subtype ? { ...fb, subtype } : fb));
}
