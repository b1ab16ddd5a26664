import type { Tile } from '@parley/react';
import { useEffect, useState } from 'react';
import { NO_ORDER, withInFront, withTiles } from './tile-order.ts';

/**
 * The tiles in an order that stays as it is, but for who speaks and would not be seen.
 *
 * @param first how many of the tiles the first page has room for; undefined where there are no pages to turn
 */
export function useTileOrder(
  tiles: readonly Tile[],
  first: number | undefined,
  speaker: string | undefined,
): Tile[] {
  const [state, setState] = useState(NO_ORDER);
  const keys = tiles.map(({ key }) => key);
  const order = withTiles(state, keys);
  if (order !== state) setState(order);
  const speakersKey = tiles.find(({ participantId }) => participantId === speaker)?.key;
  useEffect(() => {
    if (first === undefined || speakersKey === undefined) return;
    setState((now) => withInFront(now, speakersKey, first));
  }, [first, speakersKey]);
  const byKey = new Map(tiles.map((tile) => [tile.key, tile]));
  return order.keys.flatMap((key) => byKey.get(key) ?? []);
}
