/** Measurements that a chart has room for: a minute, one a second. */
export const CHART_LENGTH = 60;

/**
 * The lines of a chart from zero to the highest value, the latest measurement at the right edge. Where nothing was measured there is
 * a gap.
 *
 * @param values oldest first
 * @returns `points` of SVG polylines
 */
export function pointsOf(
  values: readonly (number | undefined)[],
  { width, height }: { width: number; height: number },
): string[] {
  const shown = values.slice(-CHART_LENGTH);
  const highest = Math.max(...shown.map((value) => value ?? 0), 0);
  const step = width / (CHART_LENGTH - 1);
  const first = CHART_LENGTH - shown.length;
  const lines: string[][] = [[]];
  for (const [index, value] of shown.entries()) {
    if (value === undefined) {
      lines.push([]);
      continue;
    }
    const x = round((first + index) * step);
    const y = round(highest === 0 ? height : height - (value / highest) * height);
    lines.at(-1)?.push(`${x},${y}`);
  }
  return lines.filter((line) => line.length > 1).map((line) => line.join(' '));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
