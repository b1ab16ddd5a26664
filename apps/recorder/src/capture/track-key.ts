import { createHash } from 'node:crypto';

/** A folder's name for a track: its id, unless that is not fit to be one. */
export function trackKey(trackId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(trackId)) return trackId;
  return createHash('sha256').update(trackId).digest('hex').slice(0, 16);
}
