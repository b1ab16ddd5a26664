import type { TrackView } from '@parley/protocol/client-messages';
import type { Quality } from '@parley/protocol/track';
import type { PublishedTrack } from '../sessions/published-track.ts';
import type { Wish } from './policy.ts';

/**
 * What one subscriber wants of the tracks it gets: one quality for all cameras, and qualities for single tracks; and how it
 * shows them, which holds beside that.
 */
export class QualityWishes {
  readonly #byTrack = new Map<string, Quality>();
  #cameras: Quality = 'auto';
  #views = new Map<string, TrackView>();
  /** What the views have come to: a tile that wobbles stays with it. */
  readonly #viewLayers = new Map<string, number>();

  /** Wishes for all cameras, those that come later included; wishes for single cameras are forgotten. */
  wishForCameras(quality: Quality, cameras: readonly PublishedTrack[]): void {
    this.#cameras = quality;
    for (const { producer } of cameras) this.#byTrack.delete(producer.id);
  }

  /** Wishes for one track, a screen perhaps. */
  wishForTrack(quality: Quality, trackId: string): void {
    this.#byTrack.set(trackId, quality);
  }

  /** How all tracks are shown, in place of what was said before. Some may be gone, or still to come. */
  show(views: readonly TrackView[]): void {
    this.#views = new Map(views.map((view) => [view.trackId, view]));
    for (const trackId of this.#viewLayers.keys()) {
      if (!this.#views.has(trackId)) this.#viewLayers.delete(trackId);
    }
  }

  /** Tracks that are wanted whatever happens. */
  get pinned(): string[] {
    return [...this.#views.values()].flatMap(({ trackId, pinned }) => (pinned ? [trackId] : []));
  }

  /** A track is gone. */
  forget(trackId: string): void {
    this.#byTrack.delete(trackId);
    this.#viewLayers.delete(trackId);
  }

  /** The wish that counts for a track. */
  wishFor({ producer: { id }, source }: PublishedTrack): Wish {
    return {
      quality: this.#byTrack.get(id) ?? (source === 'camera' ? this.#cameras : 'auto'),
      view: this.#views.get(id),
      viewLayer: this.#viewLayers.get(id),
    };
  }

  /** Keeps what a track's view has come to. */
  settle(trackId: string, viewLayer: number | undefined): void {
    if (viewLayer === undefined) this.#viewLayers.delete(trackId);
    else this.#viewLayers.set(trackId, viewLayer);
  }
}
