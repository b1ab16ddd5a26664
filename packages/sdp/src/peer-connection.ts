import type { Offer } from './offer.ts';

/**
 * Whether two offers come from the same RTCPeerConnection. The `o=` line's user name and session id do not
 * change in its lifetime (RFC 8829 §5.2.2), nor does its certificate; a page that was reloaded has others.
 */
export function isSamePeerConnection(a: Offer, b: Offer): boolean {
  if (a.origin.username !== b.origin.username || a.origin.sessionId !== b.origin.sessionId) return false;
  const [before, after] = [a.dtls?.fingerprints[0], b.dtls?.fingerprints[0]];
  return !before || !after || (before.algorithm === after.algorithm && before.value === after.value);
}

/** Whether an offer of the same RTCPeerConnection restarts ICE: its credentials changed (RFC 8839 §4.4.3). */
export function isIceRestart(previous: Offer, next: Offer): boolean {
  if (!previous.ice || !next.ice) return false;
  return (
    previous.ice.usernameFragment !== next.ice.usernameFragment || previous.ice.password !== next.ice.password
  );
}
