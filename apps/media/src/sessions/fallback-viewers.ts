import type { FallbackCodec, FallbackViewer } from './fallback-codec.ts';
import type { PublishedTrack } from './published-track.ts';
import type { ReceiveDescription } from './receive-description.ts';

/** What a subscriber hears. */
export interface FallbackHandlers {
  /** There is another fallback of a track than before, or none any more. */
  changed(trackId: string): void;
  /** The client gets nothing of a track, for now at least. */
  failed(track: PublishedTrack): void;
}

/** What carries each track to one client: the track itself, or its fallback where the client cannot decode it so. */
export class FallbackViewers {
  readonly #description: ReceiveDescription;
  readonly #handlers: FallbackHandlers;
  readonly #viewers = new Map<string, { fallback: FallbackCodec; viewer: FallbackViewer }>();
  /** Tracks whose fallback is still to come. */
  readonly #waiting = new Set<string>();

  /** @param description of what the client is known to understand */
  constructor(description: ReceiveDescription, handlers: FallbackHandlers) {
    this.#description = description;
    this.#handlers = handlers;
  }

  /** Whether the client is to get a track's fallback. */
  has(trackId: string): boolean {
    return this.#viewers.has(trackId);
  }

  /** Whether that is still to come: there is nothing to do until then. */
  waits(trackId: string): boolean {
    return this.#waiting.has(trackId);
  }

  /** What carries a track; undefined where there is nothing, or nothing yet: the subscriber is told of it. */
  choose(track: PublishedTrack): PublishedTrack | undefined {
    if (this.#decodes(track)) return track;
    const found = this.#find(track);
    if (found === undefined || this.#decodes(found)) return found;
    this.#handlers.failed(track);
    return undefined;
  }

  /** The client has rejected what carried a track: does not want it, or turned out to lack its codec. */
  rejected(track: PublishedTrack, sent: PublishedTrack): void {
    if (this.#decodes(sent)) this.#handlers.failed(track);
    else if (this.choose(track) !== undefined) this.#handlers.changed(track.producer.id);
  }

  release(trackId: string): void {
    const { fallback, viewer } = this.#viewers.get(trackId) ?? {};
    this.#viewers.delete(trackId);
    this.#waiting.delete(trackId);
    if (viewer !== undefined) fallback?.release(viewer);
  }

  close(): void {
    for (const trackId of [...this.#viewers.keys()]) this.release(trackId);
  }

  #decodes({ producer, router }: PublishedTrack): boolean {
    const { rtpCapabilities } = this.#description;
    // It may not be on this client's router yet; all of them know the same codecs.
    return router.router.canConsume({ producerId: producer.id, rtpCapabilities });
  }

  #find(track: PublishedTrack): PublishedTrack | undefined {
    const { fallback, producer } = track;
    if (fallback === undefined) {
      this.#handlers.failed(track);
      return undefined;
    }
    const { viewer } = this.#viewers.get(producer.id) ?? { viewer: this.#viewer(track) };
    this.#viewers.set(producer.id, { fallback, viewer });
    this.#waiting.add(producer.id);
    const found = fallback.need(viewer);
    if (found !== undefined) this.#waiting.delete(producer.id);
    return found;
  }

  #viewer(track: PublishedTrack): FallbackViewer {
    const { changed, failed } = this.#handlers;
    return {
      accepts: (codec) => this.#description.accepts(codec),
      changed: () => {
        this.#waiting.delete(track.producer.id);
        changed(track.producer.id);
      },
      failed: () => failed(track),
    };
  }
}
