import type { MediaState } from '@parley/protocol/link-messages';
import type { DtlsState, IceState } from 'mediasoup/types';

/** What a transport's ICE and DTLS states come to. `new` until it was connected once. */
export type TransportState = 'new' | 'connected' | 'disconnected';

/** ICE consent (RFC 7675) lost, a DTLS close or a failure end it; a restart of ICE can bring it back. */
export function transportState(ice: IceState, dtls: DtlsState): TransportState {
  if (ice === 'disconnected' || ice === 'closed' || dtls === 'failed' || dtls === 'closed')
    return 'disconnected';
  return (ice === 'connected' || ice === 'completed') && dtls === 'connected' ? 'connected' : 'new';
}

/**
 * A participant's media state from its transports: connected when any is, disconnected when all that ever were have
 * ceased to be; undefined before that can be told. A client that never answers an offer has a transport that stays
 * `new`, which says nothing about it.
 */
export function mediaState(transports: readonly TransportState[]): MediaState | undefined {
  if (transports.includes('connected')) return 'connected';
  return transports.includes('disconnected') ? 'disconnected' : undefined;
}
