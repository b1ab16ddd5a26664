import type { RecorderAbilities, RecorderLoad } from '@parley/protocol/recording/recorder-api';

/** What a recorder has said of itself. */
export interface RecorderFacts {
  abilities: RecorderAbilities;
  load: RecorderLoad;
}

/** A recorder as placement sees it. */
export interface RecorderCandidate {
  id: string;
  facts: RecorderFacts;
}

/**
 * Chooses who records a room: the least loaded that takes recordings and is not full; undefined when there is none.
 *
 * @param exclude passed over while there are others
 */
export function chooseRecorder<T extends RecorderCandidate>(
  candidates: readonly T[],
  exclude: readonly string[],
): T | undefined {
  const able = candidates.filter(({ facts: { abilities, load } }) => abilities.capture && load.full !== true);
  return first(able, exclude, ({ recordings, tracks, cpu }) => [recordings, tracks, cpu]);
}

/**
 * Chooses who finishes, or deletes, a recording: the least busy that finds what was recorded. What lies on recorders' own disks is
 * found by those that recorded it only.
 *
 * @param recorderIds who recorded it
 * @param exclude passed over while there are others
 */
export function chooseFinisher<T extends RecorderCandidate>(
  candidates: readonly T[],
  recorderIds: readonly string[],
  exclude: readonly string[],
): T | undefined {
  const able = candidates.filter(
    ({ id, facts: { abilities } }) =>
      abilities.finish && (abilities.storage === 'bucket' || recorderIds.includes(id)),
  );
  return first(able, exclude, ({ finishing, recordings, cpu }) => [finishing, recordings, cpu]);
}

/** The first by some figures, and by id where they are equal, of those that are not excluded or else of all. */
function first<T extends RecorderCandidate>(
  candidates: readonly T[],
  exclude: readonly string[],
  figures: (load: RecorderLoad) => number[],
): T | undefined {
  const others = candidates.filter(({ id }) => !exclude.includes(id));
  return [...(others.length > 0 ? others : candidates)].sort((a, b) => {
    const [ofA, ofB] = [figures(a.facts.load), figures(b.facts.load)];
    const differs = ofA.findIndex((figure, index) => figure !== ofB[index]);
    if (differs !== -1) return (ofA[differs] ?? 0) - (ofB[differs] ?? 0);
    return a.id < b.id ? -1 : 1;
  })[0];
}
