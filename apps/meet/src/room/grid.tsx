import type { VideoStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { useRef } from 'react';
import { useElementSize } from '../ui/use-element-size.ts';
import css from './grid.module.css';
import { gridLayout } from './grid-layout.ts';
import { TileView } from './tile-view.tsx';

const OPTIONS = { gap: 8, minTileWidth: 120 };

export interface GridProps {
  tiles: readonly Tile[];
  stats: ReadonlyMap<string, VideoStats> | undefined;
}

/** Everybody in equal tiles, as large as they can be. */
export function Grid({ tiles, stats }: GridProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(ref);
  const layout = gridLayout(tiles.length, width, height, OPTIONS);
  const size = { width: layout.tileWidth, height: layout.tileHeight };
  const rowWidth = layout.columns * layout.tileWidth + (layout.columns - 1) * OPTIONS.gap;
  return (
    <div className={css.grid} ref={ref}>
      <div className={css.rows} style={{ gap: OPTIONS.gap, maxWidth: Math.max(rowWidth, 0) }}>
        {tiles.map((tile) => (
          <TileView key={tile.key} tile={tile} size={size} stats={stats?.get(tile.trackId ?? '')} />
        ))}
      </div>
    </div>
  );
}
