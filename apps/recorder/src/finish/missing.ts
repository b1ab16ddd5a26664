import type { TimeSpan } from '@parley/protocol/recording/manifest';

/** Most spans that are told. */
export const MOST_MISSING = 100;

/** Spans in order, none touching another; where there are too many, those nearest to each other become one. */
export function mergeSpans(spans: TimeSpan[], most = MOST_MISSING): TimeSpan[] {
  const merged: TimeSpan[] = [];
  for (const span of spans.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  while (merged.length > most) {
    let nearest = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < merged.length; i++) {
      const between = (merged[i]?.from ?? 0) - (merged[i - 1]?.to ?? 0);
      if (between < least) [nearest, least] = [i, between];
    }
    const [gone] = merged.splice(nearest, 1);
    const kept = merged[nearest - 1];
    if (gone && kept) kept.to = gone.to;
  }
  return merged;
}
