import { type Tile, useCall } from '@parley/react';
import { useEffect } from 'react';
import { hiddenCameras } from './hidden-cameras.ts';

/**
 * Tells the server what no element can: which cameras are on no page that is shown, so that they are not sent until they are,
 * and whom the person wants in any case.
 */
export function useViews(
  tiles: readonly Tile[],
  pinned: string | undefined,
  isShown: (tile: Tile) => boolean,
): void {
  const call = useCall();
  // Texts compare by what is in them.
  const hidden = hiddenCameras(tiles, isShown).join(' ');
  useEffect(() => {
    for (const trackId of hidden.split(' ')) call.setView(trackId, { width: 0, height: 0 });
  }, [call, hidden]);
  const pinnedId = tiles.find(({ key, isSelf }) => key === pinned && !isSelf)?.trackId;
  useEffect(() => {
    if (pinnedId === undefined) return;
    call.setPinned(pinnedId, true);
    return () => call.setPinned(pinnedId, false);
  }, [call, pinnedId]);
}
