import type { Quality } from '@parley/protocol/track';
import { NO_LIMIT, type VideoLimit } from '../capacity/shed-step.ts';
import { layersOf, type PublishedTrack } from '../sessions/published-track.ts';
import { chooseLayer, type LayerChoice } from './layer-choice.ts';

/** A wish for a track, and what it comes to. */
export interface WishedLayer extends Omit<LayerChoice, 'limitedBy'> {
  requested: Quality;
  limitedBy?: LayerChoice['limitedBy'] | 'server-load';
  /** Nothing is sent. */
  paused?: true;
}

/** What one subscriber wants of the tracks it gets: one wish for all cameras, and wishes for single tracks. */
export class QualityWishes {
  readonly #byTrack = new Map<string, Quality>();
  #cameras: Quality = 'auto';
  /** What the room may have now. */
  limit: VideoLimit = NO_LIMIT;

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

  /** The wish that counts for a track, and what it comes to under the room's limit or another. */
  choose({ producer, source }: PublishedTrack, limit = this.limit): WishedLayer {
    const requested = this.#byTrack.get(producer.id) ?? (source === 'camera' ? this.#cameras : 'auto');
    const layers = layersOf(producer);
    const wished = chooseLayer(requested, layers);
    const most = chooseLayer(limit.quality, layers);
    const layer =
      most.spatialLayer < wished.spatialLayer
        ? { spatialLayer: most.spatialLayer, applied: most.applied, limitedBy: 'server-load' as const }
        : wished;
    if (!limit.paused.includes(source)) return { requested, ...layer };
    return { requested, ...layer, limitedBy: 'server-load', paused: true };
  }
}
