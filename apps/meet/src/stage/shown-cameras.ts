import type { Tile } from '@parley/react';

/** Tracks of others' cameras: those that the person sees, and those that need not be received. */
export interface CameraTracks {
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
}

/** Sorts the others' cameras by whether they are shown. Screens and one's own are no question. */
export function cameraTracks(tiles: readonly Tile[], isShown: (tile: Tile) => boolean): CameraTracks {
  const cameras = tiles.filter(({ source, isSelf }) => source === 'camera' && !isSelf);
  const idsOf = (some: readonly Tile[]) => some.flatMap(({ trackId }) => trackId ?? []);
  return { shown: idsOf(cameras.filter(isShown)), hidden: idsOf(cameras.filter((tile) => !isShown(tile))) };
}
