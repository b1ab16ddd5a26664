import { describe, expect, it } from 'vitest';
import { CHART_LENGTH, pointsOf } from './sparkline-points.ts';

/** A unit a measurement, so that coordinates can be read. */
const SIZE = { width: CHART_LENGTH - 1, height: 10 };

describe('a chart', () => {
  it('goes from zero to the highest value, with the latest at the right edge', () => {
    expect(pointsOf([0, 50, 100], SIZE)).toEqual(['57,10 58,5 59,0']);
  });

  it('shows the latest minute of more', () => {
    const values = Array.from({ length: 2 * CHART_LENGTH }, () => 1);
    const [line] = pointsOf(values, SIZE);
    expect(line?.split(' ')).toHaveLength(CHART_LENGTH);
    expect(line).toMatch(/^0,0 .* 59,0$/);
  });

  it('has gaps where nothing was measured, and no line of a single point', () => {
    expect(pointsOf([1, 1, undefined, 1, undefined, 1, 1], SIZE)).toEqual(['53,0 54,0', '58,0 59,0']);
    expect(pointsOf([], SIZE)).toEqual([]);
    expect(pointsOf([5], SIZE)).toEqual([]);
  });

  it('lies at the bottom while there is nothing but zero', () => {
    expect(pointsOf([0, 0], SIZE)).toEqual(['58,10 59,10']);
  });
});
