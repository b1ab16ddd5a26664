/** The sounds that wait for a click, each with what starts it. */
export type BlockedSounds = ReadonlyMap<MediaStreamTrack, () => void>;

/** With one more sound, or without it if there is no `play`. The same map if that is no change. */
export function withSound(sounds: BlockedSounds, track: MediaStreamTrack, play?: () => void): BlockedSounds {
  if (play === undefined && !sounds.has(track)) return sounds;
  const next = new Map(sounds);
  if (play === undefined) next.delete(track);
  else next.set(track, play);
  return next;
}
