import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridLayout, gridPlaces, pageSize } from './grid-layout.ts';
import { GAP } from './rect.ts';

const shape = (count: number, width: number, height: number) => {
  const { columns, rows } = gridLayout(count, width, height);
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
  ])('%i in a laptop’s window: %s', (count, expected) => {
    expect(shape(count, 1256, 592)).toBe(expected);
  });

  it.each([
    [1, '1x1'],
    [2, '1x2'],
    [3, '1x3'],
    [4, '2x2'],
    [6, '2x3'],
    [8, '2x4'],
  ])('%i on a phone: %s', (count, expected) => {
    expect(shape(count, 374, 724)).toBe(expected);
  });

  it('has room for all, inside the container, in a bearable shape', () => {
    const size = fc.integer({ min: 200, max: 3000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), size, size, (count, width, height) => {
        const { columns, rows, tileWidth, tileHeight } = gridLayout(count, width, height);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * (rows - 1)).toBeLessThan(count);
        expect(columns * tileWidth + (columns - 1) * GAP).toBeLessThanOrEqual(width);
        expect(rows * tileHeight + (rows - 1) * GAP).toBeLessThanOrEqual(height);
        expect(tileWidth / tileHeight).toBeGreaterThan(0.5);
        expect(tileWidth / tileHeight).toBeLessThan(1.9);
      }),
    );
  });

  it('copes with nobody and with no space', () => {
    expect(gridLayout(0, 1000, 500).tileWidth).toBe(0);
    expect(gridLayout(3, 0, 0).tileWidth).toBe(0);
  });
});

it('puts as many on a page as stay large enough, and one at least', () => {
  const limits = { most: 25, minWidth: 150, minHeight: 84 };
  expect(pageSize(50, 1256, 592, limits)).toBe(25);
  expect(pageSize(9, 1256, 592, limits)).toBe(9);
  expect(pageSize(50, 500, 300, limits)).toBe(9);
  expect(pageSize(50, 100, 50, limits)).toBe(1);
});

it('centres the last row and the last page', () => {
  const layout = gridLayout(5, 1000, 500);
  const area = { x: 0, y: 0, width: 1000, height: 500 };
  const middle = (rects: ReturnType<typeof gridPlaces>) =>
    rects.reduce((sum, { x, width }) => sum + x + width / 2, 0) / rects.length;
  expect(Math.abs(middle(gridPlaces(5, layout, area).slice(3)) - 500)).toBeLessThan(2);
  const [alone] = gridPlaces(1, layout, area);
  expect(alone).toMatchObject({ width: layout.tileWidth, height: layout.tileHeight });
  expect(Math.abs((alone?.y ?? 0) + layout.tileHeight / 2 - 250)).toBeLessThan(2);
});
