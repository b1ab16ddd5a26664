import { type GridLayout, gridLayout, gridPlaces, type PageLimits, pageSize } from './grid-layout.ts';
import { GAP, type Rect } from './rect.ts';

/** Height of the buttons that turn pages, pixels. */
export const PAGER_HEIGHT = 44;
/** From a floating tile to the stage's edges, pixels. */
const FLOAT = 12;
/** A stage narrower or lower than this is a phone's, pixels. */
const SMALL = { width: 640, height: 420 };

const GRID: PageLimits = { most: 25, minWidth: 150, minHeight: 84 };
const SMALL_GRID: PageLimits = { most: 8, minWidth: 112, minHeight: 84 };
const BELOW: PageLimits = { most: 6, minWidth: 100, minHeight: 76 };

/** What is to be laid out. */
export interface StageContent {
  /** What is shown large, if something is: a screen is wide and shown whole. */
  readonly main: 'screen' | 'camera' | undefined;
  /** How many more tiles there are. */
  readonly others: number;
  /** Whether a small tile floats over the large one. */
  readonly floating: boolean;
}

/** Where everything is. */
export interface StageLayout {
  readonly main: Rect | undefined;
  readonly floating: Rect | undefined;
  /** How many of the other tiles go on a page. */
  readonly pageSize: number;
  readonly pages: number;
  /** Where the tiles of a page are. */
  places(page: number): Rect[];
  /** The buttons that turn pages; absent for a single page. */
  readonly pager: Rect | undefined;
}

/** Lays the stage out: a large tile with the others beside or below it, or everybody alike; in pages where there are many. */
export function stageLayout(content: StageContent, width: number, height: number): StageLayout {
  const { main, others, floating } = content;
  const whole = { x: 0, y: 0, width, height };
  const small = width < SMALL.width || height < SMALL.height;
  if (main === undefined) {
    const limits = small ? SMALL_GRID : GRID;
    return { main: undefined, floating: undefined, ...paged(others, whole, gridWithin(limits)) };
  }
  if (others === 0) {
    const float = floating ? floatingPlace(whole) : undefined;
    return { main: whole, floating: float, ...NO_PAGES };
  }
  const isWide = width > height;
  const [large, rest] = isWide ? beside(whole) : below(whole, main);
  return { main: large, floating: undefined, ...paged(others, rest, isWide ? COLUMN : gridWithin(BELOW)) };
}

const NO_PAGES = { pageSize: 0, pages: 1, places: () => [], pager: undefined };

/** A way to lay equal tiles out. */
interface Packing {
  /** How many of `count` tiles an area has room for: at least one. */
  fits(count: number, area: Rect): number;
  lay(count: number, area: Rect): GridLayout;
}

function gridWithin(limits: PageLimits): Packing {
  return {
    fits: (count, { width, height }) => pageSize(count, width, height, limits),
    lay: (count, { width, height }) => gridLayout(count, width, height),
  };
}

/** One column of tiles of one shape. */
const COLUMN: Packing = {
  fits: (count, area) => {
    const most = Math.floor((area.height + GAP) / (columnTile(area).tileHeight + GAP));
    return Math.min(count, Math.max(most, 1));
  },
  lay: (count, area) => ({ columns: 1, rows: count, ...columnTile(area) }),
};

function columnTile({ width, height }: Rect) {
  return { tileWidth: Math.floor(width), tileHeight: Math.floor(Math.min((width * 10) / 16, height)) };
}

/** Splits off a column on the right. */
function beside({ width, height }: Rect): [Rect, Rect] {
  const column = Math.round(Math.min(Math.max(width * 0.18, 116), 260, width / 2));
  const large = Math.max(width - column - GAP, 0);
  return [
    { x: 0, y: 0, width: large, height },
    { x: large + GAP, y: 0, width: column, height },
  ];
}

/** Splits off what is below: a screen gets its shape, a camera about half. */
function below({ width, height }: Rect, main: 'screen' | 'camera'): [Rect, Rect] {
  const wanted = main === 'screen' ? (width * 10) / 16 : width * 1.1;
  const large = Math.round(Math.min(wanted, height * 0.56));
  return [
    { x: 0, y: 0, width, height: large },
    { x: 0, y: large + GAP, width, height: Math.max(height - large - GAP, 0) },
  ];
}

/** The small tile over the large one, in the corner that names leave free. */
function floatingPlace({ width, height }: Rect): Rect {
  const [w, h] =
    width > height
      ? [Math.min(Math.max(width * 0.2, 120), 264), 10 / 16]
      : [Math.min(Math.max(width * 0.3, 96), 168), 4 / 3];
  const size = { width: Math.round(Math.min(w, width / 2)), height: Math.round(Math.min(w * h, height / 2)) };
  return { x: width - size.width - FLOAT, y: height - size.height - FLOAT, ...size };
}

function paged(
  count: number,
  area: Rect,
  packing: Packing,
): Pick<StageLayout, 'pageSize' | 'pages' | 'places' | 'pager'> {
  if (count === 0) return NO_PAGES;
  if (packing.fits(count, area) >= count) {
    return {
      pageSize: count,
      pages: 1,
      places: () => gridPlaces(count, packing.lay(count, area), area),
      pager: undefined,
    };
  }
  const rest = { ...area, height: Math.max(area.height - PAGER_HEIGHT, 0) };
  const size = packing.fits(count, rest);
  // The last page's tiles are as large as the others'.
  const layout = packing.lay(size, rest);
  return {
    pageSize: size,
    pages: Math.ceil(count / size),
    places: (page) => gridPlaces(Math.min(size, count - page * size), layout, rest),
    pager: { x: area.x, y: area.y + rest.height, width: area.width, height: PAGER_HEIGHT },
  };
}
