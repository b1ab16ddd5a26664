import type { LocalTracks } from '@parley/client/local-tracks';
import type { RoomParticipant, Roster } from '@parley/client/roster';
import type { PauseReason, RemoteTrack } from '@parley/client/subscriber';

/** A rectangle of the room: somebody's camera, or a shared screen. */
export interface Tile {
  /** Unique and stable: React's key. */
  readonly key: string;
  readonly participantId: string;
  readonly name: string;
  readonly isSelf: boolean;
  readonly source: 'camera' | 'screen';
  readonly trackId: string | undefined;
  /** What to show; undefined while the camera is off or nothing has arrived. */
  readonly video: MediaStreamTrack | undefined;
  /** Why nothing of it is sent for now: the picture stands still then. */
  readonly paused?: PauseReason;
  /** Whether they can be heard; always true for screens. */
  readonly microphoneOn: boolean;
}

/** Every tile of the room: the others in the order they came, oneself last, a screen before its owner's camera. */
export function tilesOf(
  roster: Roster,
  remoteTracks: ReadonlyMap<string, RemoteTrack>,
  localTracks: LocalTracks,
): Tile[] {
  const others = [...roster.values()].filter(({ isSelf }) => !isSelf).sort((a, b) => a.joinedAt - b.joinedAt);
  const self = [...roster.values()].filter(({ isSelf }) => isSelf);
  return [
    ...others.flatMap((participant) => remoteTiles(participant, remoteTracks)),
    ...self.flatMap((participant) => ownTiles(participant, localTracks)),
  ];
}

function remoteTiles(participant: RoomParticipant, remoteTracks: ReadonlyMap<string, RemoteTrack>): Tile[] {
  const { tracks } = participant;
  const camera = tracks.find(({ source }) => source === 'camera');
  const screens = tracks.filter(({ source }) => source === 'screen');
  const microphoneOn = tracks.some(({ source, muted }) => source === 'microphone' && !muted);
  const seen = camera && !camera.muted ? remoteTracks.get(camera.trackId) : undefined;
  return [
    ...screens.map(({ trackId }) => {
      const screen = remoteTracks.get(trackId);
      return tile(participant, 'screen', { trackId, ...shown(screen), microphoneOn: true });
    }),
    tile(participant, 'camera', { trackId: camera?.trackId, ...shown(seen), microphoneOn }),
  ];
}

function shown(remote: RemoteTrack | undefined): Pick<Tile, 'video' | 'paused'> {
  return { video: remote?.track, ...(remote?.paused && { paused: remote.paused }) };
}

function ownTiles(participant: RoomParticipant, localTracks: LocalTracks): Tile[] {
  const trackIdOf = (wanted: 'camera' | 'screen') =>
    participant.tracks.find(({ source }) => source === wanted)?.trackId;
  const screen = localTracks.get('screen')?.track;
  return [
    ...(screen
      ? [tile(participant, 'screen', { trackId: trackIdOf('screen'), video: screen, microphoneOn: true })]
      : []),
    tile(participant, 'camera', {
      trackId: trackIdOf('camera'),
      video: localTracks.get('camera')?.track,
      microphoneOn: localTracks.get('microphone')?.enabled ?? false,
    }),
  ];
}

function tile(
  { participantId, name, isSelf }: RoomParticipant,
  source: 'camera' | 'screen',
  rest: Pick<Tile, 'trackId' | 'video' | 'paused' | 'microphoneOn'>,
): Tile {
  // A camera's tile is there before its track is, and outlives it.
  const key =
    source === 'camera' ? `${participantId} camera` : `${participantId} screen ${rest.trackId ?? ''}`;
  return { key, participantId, name, isSelf, source, ...rest };
}
