import type { VideoStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { type Texts, useTexts } from '../i18n/texts.ts';
import { Video } from '../media/video.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { TileActions } from './tile-actions.tsx';
import css from './tile-view.module.css';

export interface TileViewProps {
  tile: Tile;
  /** Pixels; fills its parent without. */
  size?: { width: number; height: number };
  /** For `?debug`. */
  stats?: VideoStats | undefined;
}

/** One tile: video or initials, and whose it is. */
export function TileView({ tile, size, stats }: TileViewProps) {
  const { name, isSelf, source, video, microphoneOn } = tile;
  const texts = useTexts().tile;
  const label = labelOf(texts, tile);
  return (
    <section
      className={css.tile}
      style={size}
      aria-label={label}
      data-testid="tile"
      data-participant-id={tile.participantId}
      data-source={source}
      data-self={isSelf}
    >
      {source === 'camera' && <Avatar name={name} />}
      {video && (
        <Video
          track={video}
          label={label}
          mirrored={isSelf && source === 'camera'}
          whole={source === 'screen'}
        />
      )}
      {source === 'screen' && !video && <p className={css.waiting}>{texts.screenComing}</p>}
      <p className={css.label}>
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
        {source === 'screen' && <Icon name="screen" size={15} />}
        <bdi className={css.name}>{isSelf && source === 'camera' ? name : label}</bdi>
        {isSelf && source === 'camera' && <span className={css.self}>{texts.you}</span>}
      </p>
      <TileActions tile={tile} />
      {stats && (
        <p className={css.stats}>
          {stats.width}×{stats.height} {Math.round(stats.framesPerSecond)} fps
        </p>
      )}
    </section>
  );
}

function labelOf(texts: Texts['tile'], { name, isSelf, source }: Tile): string {
  if (source === 'screen') return isSelf ? texts.ownScreen : texts.screen(name);
  return isSelf ? texts.own(name) : name;
}
