import type { VideoStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { Grid } from './grid.tsx';
import css from './stage.module.css';
import { TileView } from './tile-view.tsx';

export interface StageProps {
  tiles: readonly Tile[];
  stats: ReadonlyMap<string, VideoStats> | undefined;
}

/** The pictures of the room: a shared screen large with everybody beside it, else everybody. */
export function Stage({ tiles, stats }: StageProps) {
  // One's own screen is on the desk already: somebody else's is more interesting.
  const shown = tiles.findLast(isForeignScreen) ?? tiles.find(({ source }) => source === 'screen');
  if (shown === undefined) return <Grid tiles={tiles} stats={stats} />;
  return (
    <div className={css.stage}>
      <div className={css.screen}>
        <TileView key={shown.key} tile={shown} stats={stats?.get(shown.trackId ?? '')} />
      </div>
      <div className={css.strip}>
        {tiles
          .filter((tile) => tile !== shown)
          .map((tile) => (
            <div className={css.small} key={tile.key}>
              <TileView tile={tile} stats={stats?.get(tile.trackId ?? '')} />
            </div>
          ))}
      </div>
    </div>
  );
}

function isForeignScreen({ source, isSelf }: Tile): boolean {
  return source === 'screen' && !isSelf;
}
