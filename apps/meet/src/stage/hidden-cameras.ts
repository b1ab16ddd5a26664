import type { Tile } from '@parley/react';

/** Tracks of others' cameras that the person does not see. Screens and one's own are no question. */
export function hiddenCameras(tiles: readonly Tile[], isShown: (tile: Tile) => boolean): string[] {
  const hidden = tiles.filter((tile) => tile.source === 'camera' && !tile.isSelf && !isShown(tile));
  return hidden.flatMap(({ trackId }) => trackId ?? []);
}
