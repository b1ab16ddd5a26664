/** A camera comes with a microphone, and people at the same moment, ms. */
const LEAST_MS = 40;
/** For each track that the next offer will name, ms: each offer names all. */
const PER_TRACK_MS = 10;
/** What those who are there may wait for somebody who comes while others do, ms. */
const MOST_MS = 500;

/**
 * The pause between two offers to one client, ms; the longer the more tracks there are. With an offer for each who joins, what
 * a client is sent while a room fills would grow with the square of the room. Nobody waits after a quiet time, so a late
 * joiner gets all at once.
 */
export function offerPause(tracks: number): number {
  return Math.min(MOST_MS, Math.max(LEAST_MS, tracks * PER_TRACK_MS));
}
