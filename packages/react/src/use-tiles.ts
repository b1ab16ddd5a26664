import { useMemo } from 'react';
import { type Tile, tilesOf } from './tiles.ts';
import { useLocalTracks, useParticipants, useRemoteTracks } from './use-call.ts';

/** What there is to show: the others in the order they came, oneself last, a screen before its owner's camera. */
export function useTiles(): readonly Tile[] {
  const participants = useParticipants();
  const remoteTracks = useRemoteTracks();
  const localTracks = useLocalTracks();
  return useMemo(
    () => tilesOf(participants, remoteTracks, localTracks),
    [participants, remoteTracks, localTracks],
  );
}
