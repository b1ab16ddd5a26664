import type { Call } from '@parley/client/call';
import { type Tile, useCall } from '@parley/react';
import { useEffect } from 'react';
import { cameraTracks } from './shown-cameras.ts';

/** Milliseconds that a camera is still received after it was shown last: pages are turned back. */
const LINGER = 4000;

/** Receives the cameras that are shown, and after a while no others: fifty pictures would be more than most lines carry. */
export function useShownCameras(tiles: readonly Tile[], isShown: (tile: Tile) => boolean): void {
  const call = useCall();
  const { shown, hidden } = cameraTracks(tiles, isShown);
  // Texts compare by what is in them.
  const shownIds = shown.join(' ');
  const hiddenIds = hidden.join(' ');
  useEffect(() => {
    for (const trackId of published(call, shownIds)) call.subscribe(trackId);
  }, [call, shownIds]);
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const trackId of published(call, hiddenIds)) call.unsubscribe(trackId);
    }, LINGER);
    return () => clearTimeout(timer);
  }, [call, hiddenIds]);
}

/** Those of some tracks that there are still: the room may have changed since they were drawn. */
function published(call: Call, trackIds: string): string[] {
  const tracks = [...call.participants.values()].flatMap((participant) => participant.tracks);
  const there = new Set(tracks.map(({ trackId }) => trackId));
  return trackIds.split(' ').filter((trackId) => there.has(trackId));
}
