import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridLayout } from './grid-layout.ts';

const options = { gap: 8, minTileWidth: 120 };
const shape = (count: number, width: number, height: number) => {
  const { columns, rows } = gridLayout(count, width, height, options);
  return `${columns}x${rows}`;
};

describe('gridLayout', () => {
  it.each([
    [1, '1x1'],
    [2, '2x1'],
    [3, '2x2'],
    [4, '2x2'],
    [5, '3x2'],
    [6, '3x2'],
    [7, '4x2'],
    [9, '3x3'],
    [16, '4x4'],
    [25, '5x5'],
    [50, '9x6'],
  ])('%i in a laptop’s window: %s', (count, expected) => {
    expect(shape(count, 1256, 592)).toBe(expected);
  });

  it.each([
    [1, '1x1'],
    [2, '1x2'],
    [3, '1x3'],
    [4, '2x2'],
    [6, '2x3'],
    [9, '2x5'],
  ])('%i on a phone: %s', (count, expected) => {
    expect(shape(count, 374, 724)).toBe(expected);
  });

  it('scrolls rather than shrink tiles out of sight', () => {
    const layout = gridLayout(50, 374, 690, options);
    expect(layout).toMatchObject({ columns: 2, rows: 25, scrolls: true });
    expect(layout.tileWidth).toBeGreaterThanOrEqual(120);
  });

  it('has room for all, inside the container, in a bearable shape', () => {
    const size = fc.integer({ min: 200, max: 3000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), size, size, (count, width, height) => {
        const { columns, rows, tileWidth, tileHeight, scrolls } = gridLayout(count, width, height, options);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * (rows - 1)).toBeLessThan(count);
        expect(columns * tileWidth + (columns - 1) * options.gap).toBeLessThanOrEqual(width);
        if (!scrolls) expect(rows * tileHeight + (rows - 1) * options.gap).toBeLessThanOrEqual(height);
        expect(tileWidth).toBeGreaterThanOrEqual(120);
        expect(tileWidth / tileHeight).toBeGreaterThan(0.57);
        expect(tileWidth / tileHeight).toBeLessThan(1.81);
      }),
    );
  });

  it('copes with nobody and with no space', () => {
    expect(gridLayout(0, 1000, 500, options).tileWidth).toBe(0);
    expect(gridLayout(3, 0, 0, options).tileWidth).toBe(0);
  });
});
