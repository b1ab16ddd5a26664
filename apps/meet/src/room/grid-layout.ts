/** Tiles may be between these shapes (width / height): the video is cropped a little rather than the space wasted. */
const LANDSCAPE = { narrowest: 4 / 3, widest: 16 / 9 };
const PORTRAIT = { narrowest: 0.58, widest: 16 / 9 };

export interface GridOptions {
  /** Pixels between tiles. */
  gap: number;
  /** Smallest useful width of a tile, pixels; when all do not fit, the grid scrolls. */
  minTileWidth: number;
}

/** How to lay tiles out, pixels. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** The rows are higher than the container. */
  readonly scrolls: boolean;
}

/** The layout of `count` equal tiles that shows the most of them in `width` × `height` pixels. */
export function gridLayout(
  count: number,
  width: number,
  height: number,
  { gap, minTileWidth }: GridOptions,
): GridLayout {
  const shape = height > width ? PORTRAIT : LANDSCAPE;
  let best: GridLayout = {
    columns: 1,
    rows: Math.max(count, 1),
    tileWidth: 0,
    tileHeight: 0,
    scrolls: false,
  };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = Math.max((width - gap * (columns - 1)) / columns, 0);
    const cellHeight = Math.max((height - gap * (rows - 1)) / rows, 0);
    const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * shape.widest));
    const tileHeight = Math.floor(Math.min(cellHeight, cellWidth / shape.narrowest));
    if (tileWidth * tileHeight > best.tileWidth * best.tileHeight) {
      best = { columns, rows, tileWidth, tileHeight, scrolls: false };
    }
  }
  if (count === 0) return best;
  return best.tileWidth >= Math.min(minTileWidth, Math.floor(width))
    ? best
    : scrolling(count, width, gap, minTileWidth);
}

function scrolling(count: number, width: number, gap: number, minTileWidth: number): GridLayout {
  const columns = Math.max(Math.floor((width + gap) / (minTileWidth + gap)), 1);
  const tileWidth = Math.max(Math.floor((width - gap * (columns - 1)) / columns), 0);
  return {
    columns,
    rows: Math.ceil(count / columns),
    tileWidth,
    tileHeight: Math.floor(tileWidth / LANDSCAPE.narrowest),
    scrolls: true,
  };
}
