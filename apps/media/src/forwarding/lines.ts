/** m-lines are kept ready for so many participants at the least. */
const FEW = 16;

/**
 * The participants of whom a client is to have m-lines: those who are forwarded, those who may be next, and those who were,
 * the latest first. Making one takes an offer and an answer; one that is there brings somebody back at once.
 *
 * @param before what the answer was before
 * @param forwarded whoever is forwarded to the client, however many they have pinned
 * @param ahead who may be next
 * @param loudest how many are forwarded unpinned
 * @returns three times as many as are forwarded, or 16, where there are as many
 */
export function linesFor(
  before: Iterable<string>,
  forwarded: Iterable<string>,
  ahead: Iterable<string>,
  loudest: number,
): ReadonlySet<string> {
  const needed = new Set(forwarded);
  const all = new Set([...needed, ...ahead, ...before]);
  return new Set([...all].slice(0, Math.max(needed.size, 3 * loudest, FEW)));
}
