import type { Source } from '@parley/protocol/grants';
import type { MediaKind } from '@parley/protocol/track';

/** What one's own source sends now. */
export interface Publication {
  readonly source: Source;
  readonly kind: MediaKind;
  /** The m-line; stays after the source was unpublished, for the next time. */
  readonly transceiver: RTCRtpTransceiver;
  /** Of video, the codec that it was made for. */
  readonly codec: string | undefined;
  /** Of its one encoding, where that has layers: SDP does not tell the server. */
  readonly scalabilityMode: string | undefined;
  /** The server's name for the track; undefined until it was answered, and after it was unpublished. */
  trackId: string | undefined;
  /** Spatial layers that it has. */
  layers: number;
  /** Those that anybody watches, from the lowest up; the others are not sent. */
  watched: number;
}

/** The kind of media that a source is. */
export function kindOf(source: Source): MediaKind {
  return source === 'camera' || source === 'screen' ? 'video' : 'audio';
}

/** The source whose stream a source shares, so that receivers keep lips and voice together. */
export function streamOf(source: Source): 'camera' | 'screen' {
  return source === 'screen' || source === 'screen-audio' ? 'screen' : 'camera';
}
