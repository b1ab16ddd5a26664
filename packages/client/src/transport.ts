/** How the PeerConnections of a call are to be made. */
export interface TransportOptions {
  /** Default `all`; `relay` goes through a TURN server only (RFC 8828 §5). */
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
  readonly probe?: TransportProbe;
}

/** What the connection test narrows, and sees. */
export interface TransportProbe {
  /** Which STUN and TURN servers to use. */
  iceServers?(servers: readonly RTCIceServer[]): RTCIceServer[];
  /** Whether to use a candidate of the node's: the value of its `a=candidate` (RFC 8839 §5.1). */
  candidate?(candidate: string): boolean;
  opened?(connection: RTCPeerConnection, direction: 'sending' | 'receiving'): void;
}

/** A session description of the node's with only those of its candidates that shall be used. */
export function withCandidates(sdp: string, { candidate: isWanted }: TransportProbe = {}): string {
  if (isWanted === undefined) return sdp;
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') || isWanted(line.slice('a=candidate:'.length)))
    .join('\r\n');
}
