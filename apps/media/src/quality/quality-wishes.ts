import type { Quality } from '@parley/protocol/track';
import { layersOf, type PublishedTrack } from '../sessions/published-track.ts';
import { chooseLayer, type LayerChoice } from './layer-choice.ts';

/** What one subscriber wants of the tracks it gets: one wish for all cameras, and wishes for single tracks. */
export class QualityWishes {
  readonly #byTrack = new Map<string, Quality>();
  #cameras: Quality = 'auto';

  /** Wishes for all cameras, those that come later included; wishes for single cameras are forgotten. */
  wishForCameras(quality: Quality, cameras: readonly PublishedTrack[]): void {
    this.#cameras = quality;
    for (const { producer } of cameras) this.#byTrack.delete(producer.id);
  }

  /** Wishes for one track, a screen perhaps. */
  wishForTrack(quality: Quality, trackId: string): void {
    this.#byTrack.set(trackId, quality);
  }

  forget(trackId: string): void {
    this.#byTrack.delete(trackId);
  }

  /** The wish that counts for a track, and what it comes to. */
  choose(track: PublishedTrack): LayerChoice & { requested: Quality } {
    const requested =
      this.#byTrack.get(track.producer.id) ?? (track.source === 'camera' ? this.#cameras : 'auto');
    return { requested, ...chooseLayer(requested, layersOf(track.producer)) };
  }
}
