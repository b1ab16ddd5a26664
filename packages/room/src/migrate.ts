import { type RoomState, STATE_VERSION } from './state.ts';

/**
 * A stored state as this build has it; undefined when it is of a build that this one does not know. Worker versions are
 * replaced while rooms are open, so the shape of the version before is carried over.
 *
 * @param stored what the version before, or this one, has stored
 */
export function migrate(stored: RoomState): RoomState | undefined {
  const version: number = stored.version;
  if (version === STATE_VERSION) return stored;
  if (version !== 4) return undefined;
  return { ...stored, version: STATE_VERSION, recordings: { untold: [], lastNews: 0 } };
}
