/** The sounds that wait for a click, by track id, each with what starts it. */
export type BlockedSounds = ReadonlyMap<string, () => void>;

/** With one more sound, or without it if there is no `play`. The same map if that is no change. */
export function withSound(sounds: BlockedSounds, trackId: string, play?: () => void): BlockedSounds {
  if (play === undefined && !sounds.has(trackId)) return sounds;
  const next = new Map(sounds);
  if (play === undefined) next.delete(trackId);
  else next.set(trackId, play);
  return next;
}
