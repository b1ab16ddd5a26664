import type { KnownStream } from '@parley/sdp/known-ssrcs';
import type { Producer } from 'mediasoup/types';
import type { FallbackCodec } from './fallback-codec.ts';
import type { KnownLine } from './offer-plan.ts';

/** An m-line of a publishing PeerConnection, with the producer that it has or had. */
export interface Line extends KnownLine {
  producer: Producer;
  /** Of a video of its own, where the client understands to be asked for it. */
  fallback?: FallbackCodec;
  /** What the producer received, once it has ended. */
  streams?: Promise<KnownStream[]>;
}

/** The m-lines of a publishing PeerConnection by their mids. */
export class PublishingLines extends Map<string, Line> {
  /** Those that are received. */
  get live(): [string, Line][] {
    return [...this].filter(([, { state, producer }]) => state === 'live' && !producer.closed);
  }

  /** Those that others see: without fallbacks, which go by the name of their track. */
  get published(): [string, Line][] {
    return this.live.filter(([, { fallbackFor }]) => fallbackFor === undefined);
  }

  /** That of a track. */
  of(trackId: string | undefined): Line | undefined {
    return this.published.find(([, { producer }]) => producer.id === trackId)?.[1];
  }
}
