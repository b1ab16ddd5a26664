import type { CallStats } from '@parley/client/call-stats';
import { type Tile, useSpeaking } from '@parley/react';
import { memo } from 'react';
import { type Texts, useTexts } from '../i18n/texts.ts';
import { Video } from '../media/video.tsx';
import { TileStats } from '../stats/tile-stats.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { useMirrored } from '../ui/use-mirrored.ts';
import { QualityMark } from './quality-mark.tsx';
import type { Rect } from './rect.ts';
import { sameView } from './same-view.ts';
import { TileActions } from './tile-actions.tsx';
import css from './tile-view.module.css';

export interface TileViewProps {
  tile: Tile;
  place: Rect;
  /** Lies over the large tile. */
  floating: boolean;
  pinned: boolean;
  /** Hears the tile's key; the same function in each drawing. */
  onPin: (key: string) => void;
  /** What was measured, oldest first; empty while nobody wants to see it. */
  history: readonly CallStats[];
}

/** One tile: video or initials, and whose it is. Drawn again only where something of it is another. */
export const TileView = memo(function TileView({
  tile,
  place,
  floating,
  pinned,
  onPin,
  history,
}: TileViewProps) {
  const { name, isSelf, source, video, paused, microphoneOn } = tile;
  const texts = useTexts().tile;
  const speaking = useSpeaking(tile.participantId) && source === 'camera' && microphoneOn;
  const label = labelOf(texts, tile);
  const isOwnCamera = isSelf && source === 'camera';
  const mirrored = useMirrored(video) && isOwnCamera;
  const { x, y, width, height } = place;
  return (
    <section
      className={[css.tile, floating && css.floating, speaking && css.speaking].filter(Boolean).join(' ')}
      style={{ width, height, transform: `translate(${x}px, ${y}px)` }}
      // A finger has no hover: a tap gives the tile the focus, which shows what can be done with it.
      tabIndex={-1}
      aria-label={label}
      data-testid="tile"
      data-participant-id={tile.participantId}
      data-source={source}
      data-self={isSelf}
      data-speaking={speaking}
    >
      {source === 'camera' && <Avatar name={name} />}
      {/* A paused picture stays where it is, unseen: whether it would be seen decides when it comes back. */}
      {video && (
        <div className={paused === undefined ? css.picture : css.still}>
          <Video track={video} label={label} mirrored={mirrored} whole={source === 'screen'} />
        </div>
      )}
      {paused !== undefined && paused !== 'room-size' && (
        <p className={css.paused} data-testid="paused">
          {texts.paused[paused]}
        </p>
      )}
      {source === 'screen' && !video && <p className={css.waiting}>{texts.screenComing}</p>}
      <p className={css.label}>
        {pinned && (
          <span className={css.pinned} role="img" aria-label={texts.pinned} title={texts.pinned}>
            <Icon name="pin" size={14} />
          </span>
        )}
        {!microphoneOn && (
          <span
            className={css.mark}
            role="img"
            aria-label={texts.muted}
            title={texts.muted}
            data-testid="muted"
          >
            <Icon name="microphone-off" size={15} />
          </span>
        )}
        {source === 'camera' && <QualityMark participantId={tile.participantId} />}
        {source === 'screen' && <Icon name="screen" size={15} />}
        <bdi className={css.name}>{isOwnCamera ? name : label}</bdi>
        {isOwnCamera && <span className={css.self}>{texts.you}</span>}
      </p>
      <TileActions tile={tile} label={label} pinned={pinned} onPin={() => onPin(tile.key)} />
      <TileStats tile={tile} history={history} />
    </section>
  );
}, sameView);

function labelOf(texts: Texts['tile'], { name, isSelf, source }: Tile): string {
  if (source === 'screen') return isSelf ? texts.ownScreen : texts.screen(name);
  return isSelf ? texts.own(name) : name;
}
