/** How many of the times, in ms, lie within one second at the most. */
export function busiestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** A row for each second of time: which it is, and for each series how many of its times, in ms, lie in it, with a bar. */
export function histogram(...series: readonly (readonly number[])[]): string[][] {
  const counted = series.map((times) => {
    const counts = new Map<number, number>();
    for (const time of times) {
      const second = Math.floor(time / 1000);
      counts.set(second, (counts.get(second) ?? 0) + 1);
    }
    return { counts, most: Math.max(...counts.values()) };
  });
  const all = counted.flatMap(({ counts }) => [...counts.keys()]);
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const rows: string[][] = [];
  for (let second = first; second <= last; second++) {
    const cells = counted.flatMap(({ counts, most }) => {
      const count = counts.get(second) ?? 0;
      return [String(count), '█'.repeat(Math.round((count / most) * BAR)).padEnd(BAR)];
    });
    rows.push([`  ${second}–${second + 1} s`, ...cells]);
  }
  return rows;
}

/** Characters of the longest bar. */
const BAR = 24;
