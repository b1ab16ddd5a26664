import type { Tile } from '@parley/react';

/** How the person wants the stage. */
export const LAYOUTS = ['auto', 'grid', 'speaker'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Which tiles are where. */
export interface Arrangement {
  /** Shown large; without one, all are alike. */
  readonly main: Tile | undefined;
  /** Small over the large one: oneself, where there is nobody else beside it. */
  readonly floating: Tile | undefined;
  readonly others: readonly Tile[];
}

export interface ArrangementWishes {
  readonly layout: Layout;
  /** The key of the tile that the person wants large in any case. */
  readonly pinned: string | undefined;
  /** Who leads the conversation. */
  readonly speaker: string | undefined;
}

/**
 * Arranges tiles. A pinned one is large in any layout. `auto`: a screen of somebody's is large, else two people see
 * each other large, else all are alike. `speaker`: who speaks is large.
 */
export function arrange(tiles: readonly Tile[], wishes: ArrangementWishes): Arrangement {
  const main = tiles.find(({ key }) => key === wishes.pinned) ?? mainTile(tiles, wishes);
  const others = main === undefined ? tiles : tiles.filter((tile) => tile !== main);
  const [only] = others;
  const floats = main !== undefined && others.length === 1 && only?.isSelf && only.source === 'camera';
  return floats ? { main, floating: only, others: [] } : { main, floating: undefined, others };
}

function mainTile(tiles: readonly Tile[], { layout, speaker }: ArrangementWishes): Tile | undefined {
  const others = tiles.filter(({ isSelf }) => !isSelf);
  const cameras = others.filter(({ source }) => source === 'camera');
  switch (layout) {
    case 'grid':
      return undefined;
    case 'speaker':
      return cameras.find(({ participantId }) => participantId === speaker) ?? cameras[0];
    case 'auto': {
      // One's own screen is on the desk already.
      const screen = others.findLast(({ source }) => source === 'screen');
      return screen ?? (others.length === 1 ? others[0] : undefined);
    }
    default:
      return layout satisfies never;
  }
}
