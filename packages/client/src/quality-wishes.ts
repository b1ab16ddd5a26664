import type { UpdateQuality } from '@parley/protocol/client-messages';
import type { Quality } from '@parley/protocol/track';

/** What was wished for the quality of what one receives: a new media session knows nothing of it. */
export class QualityWishes {
  #cameras: Quality | undefined;
  readonly #tracks = new Map<string, Quality>();

  /** @param cameraIds tracks whose own wishes one for all cameras takes back */
  set(quality: Quality, trackId: string | undefined, cameraIds: Iterable<string>): void {
    if (trackId !== undefined) {
      this.#tracks.set(trackId, quality);
      return;
    }
    this.#cameras = quality;
    for (const cameraId of cameraIds) this.#tracks.delete(cameraId);
  }

  forget(trackId: string): void {
    this.#tracks.delete(trackId);
  }

  /** The request for every camera, if one was made. */
  ofCameras(): UpdateQuality[] {
    return this.#cameras === undefined ? [] : [{ type: 'update-quality', quality: this.#cameras }];
  }

  /** The request for one track, if one was made. */
  ofTrack(trackId: string): UpdateQuality[] {
    const quality = this.#tracks.get(trackId);
    return quality === undefined ? [] : [{ type: 'update-quality', quality, trackId }];
  }
}
