/** A node as placement sees it. */
export interface Candidate {
  nodeId: string;
  /** Busiest worker's share of one core, 0–1. */
  cpu: number;
  /** Takes no new rooms. */
  full?: boolean;
}

/** Nodes busier than this get a room only when all are. */
const BUSY = 0.75;

/**
 * Chooses a room's node by rendezvous hashing: every caller agrees without asking anybody, and a node that comes or
 * goes moves only its own share of rooms. Busy nodes are passed over while there are others, full
 * ones always.
 */
export async function chooseNode<T extends Candidate>(
  roomId: string,
  candidates: readonly T[],
): Promise<T | undefined> {
  const free = candidates.filter(({ full }) => full !== true);
  const calm = free.filter(({ cpu }) => cpu < BUSY);
  const eligible = calm.length > 0 ? calm : free;
  let best: { candidate: T; weight: bigint } | undefined;
  for (const candidate of eligible) {
    const weight = await hash(`${roomId}\n${candidate.nodeId}`);
    if (best === undefined || weight > best.weight) best = { candidate, weight };
  }
  return best?.candidate;
}

async function hash(text: string): Promise<bigint> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return new DataView(digest).getBigUint64(0);
}
