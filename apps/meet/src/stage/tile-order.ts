/** The order of tiles on the pages, by key, and when each was wanted in front last. Never changed, only replaced. */
export interface TileOrder {
  readonly keys: readonly string[];
  /** Counts up; who is not in it was never wanted. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly turns: number;
}

export const NO_ORDER: TileOrder = { keys: [], wanted: new Map(), turns: 0 };

/** The order with those who are there now: who was there keeps the place, who is new comes last. The same if none is. */
export function withTiles(order: TileOrder, keys: readonly string[]): TileOrder {
  const here = new Set(keys);
  const kept = order.keys.filter((key) => here.has(key));
  const known = new Set(kept);
  if (kept.length === order.keys.length && known.size === here.size) return order;
  const wanted = new Map([...order.wanted].filter(([key]) => here.has(key)));
  return { ...order, keys: [...kept, ...keys.filter((key) => !known.has(key))], wanted };
}

/**
 * The order with a tile on the first page. If it is there nobody moves; else it changes places with whoever of the first
 * page was wanted there longest ago, so that everybody else stays where they are.
 *
 * @param first how many tiles the first page has
 */
export function withInFront(order: TileOrder, key: string, first: number): TileOrder {
  const at = order.keys.indexOf(key);
  if (at === -1) return order;
  const turns = order.turns + 1;
  const wanted = new Map(order.wanted).set(key, turns);
  if (at < first || first === 0) return { ...order, turns, wanted };
  const since = (index: number) => order.wanted.get(order.keys[index] ?? '') ?? 0;
  let longest = first - 1;
  for (let index = first - 2; index >= 0; index--) if (since(index) < since(longest)) longest = index;
  const keys = order.keys.with(at, order.keys[longest] ?? key).with(longest, key);
  return { keys, turns, wanted };
}

/**
 * The sequence in which tiles go on pages: screens, then the others in their order; oneself last, but on the first page.
 *
 * @param size how many tiles a page has
 */
export function sequence<T extends { readonly isSelf: boolean; readonly source: 'camera' | 'screen' }>(
  ordered: readonly T[],
  size: number,
): T[] {
  const isOwnCamera = ({ isSelf, source }: T) => isSelf && source === 'camera';
  const screens = ordered.filter(({ source }) => source === 'screen');
  const cameras = ordered.filter((tile) => tile.source === 'camera' && !isOwnCamera(tile));
  const others = [...screens, ...cameras];
  return others.toSpliced(Math.max(size - 1, 0), 0, ...ordered.filter(isOwnCamera));
}
