import { GAP, type Rect } from './rect.ts';

/** Tiles may be between these shapes (width / height): the video is cropped a little rather than the space wasted. */
const LANDSCAPE = { narrowest: 4 / 3, widest: 16 / 9 };
const PORTRAIT = { narrowest: 0.58, widest: 16 / 9 };

/** How equal tiles are laid out, pixels. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** Limits to what goes on one page. */
export interface PageLimits {
  readonly most: number;
  /** Smallest useful tile, pixels. */
  readonly minWidth: number;
  readonly minHeight: number;
}

/** The layout of `count` equal tiles that shows the most of them in `width` × `height` pixels. */
export function gridLayout(count: number, width: number, height: number): GridLayout {
  const shape = height > width ? PORTRAIT : LANDSCAPE;
  let best: GridLayout = { columns: 1, rows: Math.max(count, 1), tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = Math.max((width - GAP * (columns - 1)) / columns, 0);
    const cellHeight = Math.max((height - GAP * (rows - 1)) / rows, 0);
    const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * shape.widest));
    const tileHeight = Math.floor(Math.min(cellHeight, cellWidth / shape.narrowest));
    if (tileWidth * tileHeight > best.tileWidth * best.tileHeight) {
      best = { columns, rows, tileWidth, tileHeight };
    }
  }
  return best;
}

/** How many tiles, of those that are wanted, go on one page: at least one. */
export function pageSize(wanted: number, width: number, height: number, limits: PageLimits): number {
  for (let count = Math.min(wanted, limits.most); count > 1; count--) {
    const { tileWidth, tileHeight } = gridLayout(count, width, height);
    if (tileWidth >= limits.minWidth && tileHeight >= limits.minHeight) return count;
  }
  return 1;
}

/** Where the first `count` tiles of a layout are in `area`: centred, an incomplete last row too. */
export function gridPlaces(count: number, layout: GridLayout, area: Rect): Rect[] {
  const { columns, tileWidth: width, tileHeight: height } = layout;
  const rows = Math.ceil(count / columns);
  const top = area.y + (area.height - extent(rows, height)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.x + (area.width - extent(inRow, width)) / 2;
    return {
      x: Math.round(left + (index - row * columns) * (width + GAP)),
      y: Math.round(top + row * (height + GAP)),
      width,
      height,
    };
  });
}

function extent(count: number, size: number): number {
  return count * size + Math.max(count - 1, 0) * GAP;
}
