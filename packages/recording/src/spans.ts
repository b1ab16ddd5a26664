import type { TimeSpan } from '@parley/protocol/recording/manifest';

/** What of a span is in none of some others, in order. */
export function without(span: TimeSpan, others: readonly TimeSpan[]): TimeSpan[] {
  const left: TimeSpan[] = [];
  let { from } = span;
  for (const other of [...others].sort((a, b) => a.from - b.from)) {
    if (other.to <= from) continue;
    if (other.from >= span.to) break;
    if (other.from > from) left.push({ from, to: other.from });
    from = Math.max(from, other.to);
  }
  if (from < span.to) left.push({ from, to: span.to });
  return left;
}

/** The time that some spans cover, in order: those that overlap or touch as one. */
export function union(spans: readonly TimeSpan[]): TimeSpan[] {
  const joined: TimeSpan[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
