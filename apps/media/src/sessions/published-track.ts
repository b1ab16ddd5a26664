import type { Source } from '@parley/protocol/grants';
import type { Track } from '@parley/protocol/track';
import { parseScalabilityMode } from 'mediasoup';
import type { Producer } from 'mediasoup/types';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { FallbackCodec } from './fallback-codec.ts';

/** A track that somebody in the room publishes, with the producer that carries it on this node. */
export interface PublishedTrack {
  participantId: string;
  source: Source;
  producer: Producer;
  /** Where the producer is; on other routers of the room there may be a pipe of the same id. */
  router: RoomRouter;
  /** What carries it to those who cannot decode it so. Absent where its publisher would not understand. */
  fallback?: FallbackCodec;
}

/** Most layers that the protocol can say; nobody sends more. */
const MAX_LAYERS = 8;

/** How many spatial layers a producer has, 1 to 8. */
export function layersOf({ type, rtpParameters }: Pick<Producer, 'type' | 'rtpParameters'>): number {
  const encodings = rtpParameters.encodings ?? [];
  switch (type) {
    case 'simple':
      return 1;
    case 'simulcast':
      return Math.min(MAX_LAYERS, Math.max(1, encodings.length));
    case 'svc':
      return parseScalabilityMode(encodings[0]?.scalabilityMode).spatialLayers;
  }
}

/** The track as everybody in the room sees it. */
export function describeTrack({ source, producer }: PublishedTrack): Track {
  return {
    trackId: producer.id,
    kind: producer.kind,
    source,
    codec: codecName(producer),
    layers: layersOf(producer),
    muted: producer.paused,
  };
}

/** The codec's name as in SDP. */
export function codecName({ rtpParameters }: Pick<Producer, 'rtpParameters'>): string {
  return rtpParameters.codecs[0]?.mimeType.split('/')[1] ?? 'unknown';
}
