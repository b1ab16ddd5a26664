import type { CallStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { useCallback, useRef, useState } from 'react';
import { useElementSize } from '../ui/use-element-size.ts';
import { arrange, type Layout } from './arrangement.ts';
import { Pager } from './pager.tsx';
import type { Rect } from './rect.ts';
import css from './stage.module.css';
import { stageLayout } from './stage-layout.ts';
import { sequence } from './tile-order.ts';
import { TileView } from './tile-view.tsx';
import { useLeadingOther } from './use-leading-other.ts';
import { useSwipe } from './use-swipe.ts';
import { useTileOrder } from './use-tile-order.ts';
import { useViews } from './use-views.ts';

export interface StageProps {
  tiles: readonly Tile[];
  layout: Layout;
  /** What was measured, oldest first; empty while nobody wants to see it. */
  history: readonly CallStats[];
}

/** The pictures of the room. A tile keeps its element wherever it goes, and has none while its page is not shown. */
export function Stage({ tiles, layout, history }: StageProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(ref);
  const [pinned, setPinned] = useState<string>();
  const pin = useCallback((key: string) => setPinned((now) => (now === key ? undefined : key)), []);
  const [wantedPage, setPage] = useState(0);
  const speaker = useLeadingOther();

  const { main, floating, others } = arrange(tiles, { layout, pinned, speaker });
  // Another arrangement has other pages.
  const kind = `${layout} ${main === undefined}`;
  const [lastKind, setLastKind] = useState(kind);
  if (kind !== lastKind) {
    setLastKind(kind);
    setPage(0);
  }
  const places = stageLayout(
    { main: main?.source, others: others.length, floating: floating !== undefined },
    width,
    height,
  );
  const fixed = others.filter(({ isSelf, source }) => isSelf || source === 'screen').length;
  const first = main === undefined && places.pages > 1 ? places.pageSize - fixed : undefined;
  const ordered = useTileOrder(tiles, first, speaker).filter((tile) => others.includes(tile));
  const page = Math.min(wantedPage, places.pages - 1);
  const rects = places.places(page);
  const onPage = sequence(ordered, places.pageSize).slice(page * places.pageSize);

  const shown = new Map<Tile, Rect>();
  if (main && places.main) shown.set(main, places.main);
  for (const [index, rect] of rects.entries()) {
    const tile = onPage[index];
    if (tile) shown.set(tile, rect);
  }
  if (floating && places.floating) shown.set(floating, places.floating);

  // Before the stage has a size nothing is known.
  useViews(tiles, pinned, (tile) => width === 0 || shown.has(tile));
  const swipe = useSwipe((by) => setPage(Math.min(Math.max(page + by, 0), places.pages - 1)));
  return (
    <div
      className={css.stage}
      ref={ref}
      {...(places.pages > 1 && swipe)}
      data-testid="stage"
      data-main={main?.key}
    >
      {width > 0 &&
        [...shown].map(([tile, rect]) => (
          <TileView
            key={tile.key}
            tile={tile}
            place={rect}
            floating={tile === floating}
            pinned={tile.key === pinned}
            onPin={pin}
            history={history}
          />
        ))}
      {places.pager && <Pager page={page} pages={places.pages} place={places.pager} onTurn={setPage} />}
    </div>
  );
}
