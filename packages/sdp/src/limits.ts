/** Bounds on a session description from a peer, checked before any of it is understood. */
export interface SdpLimits {
  /** Bytes of UTF-8. */
  readonly maxBytes: number;
  readonly maxLines: number;
  /** m-lines, stopped ones included. */
  readonly maxMedia: number;
}

/** For a client's offer: its own camera, microphone, screens. Chrome writes about 150 lines a video m-line. */
export const OFFER_LIMITS: SdpLimits = { maxBytes: 128 * 1024, maxLines: 12_000, maxMedia: 64 };

/** For a client's answer on its receive PeerConnection: some m-lines for each of the others in the room. */
export const ANSWER_LIMITS: SdpLimits = { maxBytes: 1024 * 1024, maxLines: 60_000, maxMedia: 1024 };

/** No line that a WebRTC implementation writes comes near; it bounds what one regular expression can be fed. */
export const MAX_LINE_LENGTH = 16 * 1024;
