import type { MediaState } from '@parley/protocol/link-messages';
import type { DtlsState, IceState } from 'mediasoup/types';

/** What a transport's ICE and DTLS states come to. `new` until it was connected once. */
export type TransportState = 'new' | 'connected' | 'disconnected' | 'closed';

/**
 * The peer's DTLS close_notify (RFC 5246 §7.2.1) closes it for good; browsers send one when a page closes its
 * PeerConnection, and whoever vanishes sends none. ICE consent (RFC 7675) lost or a failure may be of a moment: a restart of ICE
 * can bring it back.
 */
export function transportState(ice: IceState, dtls: DtlsState): TransportState {
  if (dtls === 'closed') return 'closed';
  if (ice === 'disconnected' || ice === 'closed' || dtls === 'failed') return 'disconnected';
  return (ice === 'connected' || ice === 'completed') && dtls === 'connected' ? 'connected' : 'new';
}

/**
 * A participant's media state from its transports: connected when any is, else disconnected when any has lost its
 * client, else closed when the client has closed those it had; undefined before that can be told. A client that never
 * answers an offer has a transport that stays `new`, which says nothing about it.
 */
export function mediaState(transports: readonly TransportState[]): MediaState | undefined {
  if (transports.includes('connected')) return 'connected';
  if (transports.includes('disconnected')) return 'disconnected';
  return transports.includes('closed') ? 'closed' : undefined;
}
