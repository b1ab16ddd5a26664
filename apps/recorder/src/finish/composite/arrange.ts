/** A rectangle of the composite, pixels, all even. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Most tiles of a grid. */
export const MOST_TILES = 25;

/** Between tiles, pixels. */
const GAP = 4;

/** Of a tile, as cameras have it. */
const ASPECT = 16 / 9;

/** Of the width of the whole, how much those beside the stage have. */
const STRIP = 0.2;

const even = (value: number) => 2 * Math.floor(value / 2);

/** Boxes of a number of tiles that are all alike, as large as can be, rather beside than above each other, the last row in the middle. */
export function arrangeGrid(count: number, size: Size): Box[] {
  let columns = 1;
  let best = 0;
  for (let each = 1; each <= count; each++) {
    const width = Math.min(size.width / each, (size.height / Math.ceil(count / each)) * ASPECT);
    if (width > best - 1) [columns, best] = [each, width];
  }
  const rows = Math.ceil(count / columns);
  const [cellWidth, cellHeight] = [size.width / columns, size.height / rows];
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (size.width - inRow * cellWidth) / 2 + (index % columns) * cellWidth;
    return inset({ x: left, y: row * cellHeight, width: cellWidth, height: cellHeight }, count > 1 ? GAP : 0);
  });
}

/** A large box first, then as many smaller ones on its right as there is room for, `others` at the most. */
export function arrangeStage(others: number, size: Size): Box[] {
  if (others === 0) return arrangeGrid(1, size);
  const width = size.width * STRIP;
  const height = Math.min(width / ASPECT, size.height);
  const fit = Math.min(others, Math.max(1, Math.floor(size.height / height)));
  const top = (size.height - fit * height) / 2;
  const stage = { x: 0, y: 0, width: size.width - width, height: size.height };
  const strip = Array.from({ length: fit }, (_, index) => ({
    ...{ x: size.width - width, y: top + index * height, width, height },
  }));
  return [stage, ...strip].map((box) => inset(box, GAP));
}

function inset({ x, y, width, height }: Box, gap: number): Box {
  const [left, top] = [even(x + gap / 2), even(y + gap / 2)];
  return {
    x: left,
    y: top,
    width: Math.max(2, even(x + width - gap / 2 - left)),
    height: Math.max(2, even(y + height - gap / 2 - top)),
  };
}
