import type { Publication } from './publication.ts';

/** Hears what the server has of one's own tracks. */
export interface OwnTracksListener {
  published(publication: Publication, trackId: string): void;
  unpublished(trackId: string): void;
  muted(trackId: string, muted: boolean): void;
}
