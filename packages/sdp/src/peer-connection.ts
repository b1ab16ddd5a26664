import { liveMids, type MediaDecision } from './answer.ts';
import type { Offer } from './offer.ts';

/**
 * Whether two offers come from the same RTCPeerConnection. The `o=` line's user name and session id do not
 * change in its lifetime (RFC 8829 §5.2.2), nor does its certificate; a page that was reloaded has others.
 * libdatachannel makes up a session id for each offer, but has the same ICE credentials all its life.
 */
export function isSamePeerConnection(a: Offer, b: Offer): boolean {
  if (!isSameSession(a, b) && !isSameIce(a, b)) return false;
  const [before, after] = [a.dtls?.fingerprints[0], b.dtls?.fingerprints[0]];
  return !before || !after || (before.algorithm === after.algorithm && before.value === after.value);
}

function isSameSession({ origin: a }: Offer, { origin: b }: Offer): boolean {
  return a.username === b.username && a.sessionId === b.sessionId;
}

/** 24 random bits and more (RFC 8445 §5.3): no other connection has them by chance. */
function isSameIce({ ice: a }: Offer, { ice: b }: Offer): boolean {
  return a !== undefined && a.usernameFragment === b?.usernameFragment && a.password === b.password;
}

/** Whether an offer of the same RTCPeerConnection restarts ICE: its credentials changed (RFC 8839 §4.4.3). */
export function isIceRestart(previous: Offer, next: Offer): boolean {
  if (!previous.ice || !next.ice) return false;
  return (
    previous.ice.usernameFragment !== next.ice.usernameFragment || previous.ice.password !== next.ice.password
  );
}

/**
 * The m-line whose transport the client's BUNDLE group uses after an answer: the one it used before if that is
 * still alive, else the first of the group that is (RFC 9143 §7.3.1). To be kept between offers.
 */
export function transportMid(
  offer: Offer,
  decisions: ReadonlyMap<string, MediaDecision>,
  previous?: string,
): string | undefined {
  const live = liveMids(offer, decisions, previous);
  return previous !== undefined && live.includes(previous) ? previous : live[0];
}

/**
 * What an offer of the same RTCPeerConnection does to its transport.
 *
 * - `kept`: nothing.
 * - `none`: no m-line is alive (any more); the client has closed its transport.
 * - `new`: the m-lines that are alive are new, over a transport of their own: answer with another one.
 * - `lost`: the client stopped the m-line that carries the transport, and with it cut off others that are still
 *   alive. Chrome and Firefox cannot recover from it: the client has to open a new RTCPeerConnection, and next
 *   time make its first transceiver inactive instead of stopping it.
 */
export type TransportChange = 'kept' | 'none' | 'new' | 'lost';

/** @param carrier of the previous offer: what {@link transportMid} said of it. */
export function transportChange(carrier: string | undefined, previous: Offer, next: Offer): TransportChange {
  const alive = (offer: Offer) => offer.media.filter(({ rejection }) => !rejection).map(({ mid }) => mid);
  const now = alive(next);
  if (now.length === 0) return 'none';
  if (carrier === undefined) return 'new';
  if (now.includes(carrier)) return 'kept';
  return alive(previous).some((mid) => now.includes(mid)) ? 'lost' : 'new';
}
