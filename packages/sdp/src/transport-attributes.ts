import type { DtlsParameters, FingerprintAlgorithm } from 'mediasoup/types';
import type { MediaDescription, SessionDescription } from 'sdp-transform';
import { SdpError } from './errors.ts';

/** A peer's ICE credentials (RFC 8839 §5.4). */
export interface IceCredentials {
  readonly usernameFragment: string;
  readonly password: string;
}

/** Length of each digest in bytes. MD2 and MD5 must not be used (RFC 8122 §5). */
const DIGEST_BYTES: ReadonlyMap<string, number> = new Map([
  ['sha-1', 20],
  ['sha-224', 28],
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
]);

/**
 * The peer's ICE credentials, from the m-line or else the session level.
 *
 * @throws {SdpError} `sdp_no_ice`
 */
export function readIce(session: SessionDescription, media?: MediaDescription): IceCredentials {
  const usernameFragment = String(media?.iceUfrag ?? session.iceUfrag ?? '');
  const password = String(media?.icePwd ?? session.icePwd ?? '');
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(usernameFragment) || !/^[A-Za-z0-9+/]{22,256}$/.test(password)) {
    throw new SdpError(
      'sdp_no_ice',
      'The SDP has media but no valid "a=ice-ufrag" and "a=ice-pwd". Use ICE.',
    );
  }
  return { usernameFragment, password };
}

/**
 * The peer's certificate and DTLS role, from the m-line or else the session level. The role is what the *peer*
 * will be: an offer of `actpass` gets an answer of `passive`, so its author is the client (RFC 8842 §5.3).
 *
 * @throws {SdpError} `sdp_no_fingerprint`, `sdp_unsupported`
 */
export function readDtls(session: SessionDescription, media?: MediaDescription): DtlsParameters {
  const fingerprint = media?.fingerprint ?? session.fingerprint;
  const algorithm = String(fingerprint?.type ?? '').toLowerCase();
  const value = String(fingerprint?.hash ?? '').toUpperCase();
  const bytes = DIGEST_BYTES.get(algorithm);
  if (!bytes || value.length !== bytes * 3 - 1 || !/^[0-9A-F]{2}(:[0-9A-F]{2})+$/.test(value)) {
    throw new SdpError(
      'sdp_no_fingerprint',
      'The SDP has media but no valid "a=fingerprint" of SHA-1 or SHA-2. Use DTLS-SRTP.',
    );
  }
  return {
    role: readRole(String(media?.setup ?? session.setup ?? 'actpass')),
    fingerprints: [{ algorithm: algorithm as FingerprintAlgorithm, value }],
  };
}

function readRole(setup: string): 'client' | 'server' {
  switch (setup) {
    case 'actpass':
    case 'active':
      return 'client';
    case 'passive':
      return 'server';
    default:
      throw new SdpError(
        'sdp_unsupported',
        `"a=setup:${setup.slice(0, 20)}" is not supported. Offer "actpass".`,
      );
  }
}
