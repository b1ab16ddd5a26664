import type { Candidate, Placement } from '../workers/placement.ts';

/** Puts each session of a room on the worker with the fewest of them, so that the smallest room is on several. */
export const evenly: Placement = <C extends Candidate>(candidates: readonly C[]) =>
  candidates.toSorted((a, b) => (a.sessions ?? 0) - (b.sessions ?? 0))[0];
