/** What is wrong with a session description, for programs; the message is for people. */
export type SdpErrorCode =
  /** Not an SDP, or one that breaks the grammar or its own references (RFC 8866). */
  | 'sdp_malformed'
  /** More bytes, or more lines, than the limit. */
  | 'sdp_too_large'
  /** More m-lines than the limit. */
  | 'sdp_too_many_media'
  /** Media without DTLS: `a=fingerprint` is missing or unusable (RFC 8827 §6.5 forbids anything else). */
  | 'sdp_no_fingerprint'
  /** Media without ICE: `a=ice-ufrag` or `a=ice-pwd` is missing or unusable. */
  | 'sdp_no_ice'
  /** Media without `a=mid`: tracks could not be told apart. */
  | 'sdp_no_mid'
  /** Valid, but something this server does not do. */
  | 'sdp_unsupported';

/** A session description that a peer sent cannot be used. The message says what the peer can do about it. */
export class SdpError extends Error {
  override readonly name = 'SdpError';
  readonly code: SdpErrorCode;

  constructor(code: SdpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
