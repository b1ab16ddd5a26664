import { type Tile, useCall, useGrants } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import css from './tile-actions.module.css';

/** What a moderator may do with whom a tile shows. */
export function TileActions({ tile }: { tile: Tile }) {
  const call = useCall();
  const texts = useTexts().tile;
  const { moderate } = useGrants();
  const { participantId, name, isSelf, source, microphoneOn } = tile;
  if (!moderate || isSelf || source !== 'camera') return null;
  const mute = () => {
    const { tracks = [] } = call.participants.get(participantId) ?? {};
    for (const { trackId, source: from } of tracks) {
      if (from === 'microphone') call.moderate({ action: 'mute', participantId, trackId });
    }
  };
  const remove = () => {
    // A thumb that means Mute lands here.
    if (confirm(texts.confirmRemove(name))) call.moderate({ action: 'kick', participantId });
  };
  return (
    <div className={css.actions}>
      {microphoneOn && (
        <button
          type="button"
          className={css.action}
          aria-label={texts.mute(name)}
          title={texts.muteHint}
          onClick={mute}
          data-testid="moderate-mute"
        >
          <Icon name="microphone-off" size={16} />
        </button>
      )}
      <button
        type="button"
        className={css.action}
        aria-label={texts.remove(name)}
        title={texts.removeHint}
        onClick={remove}
        data-testid="moderate-remove"
      >
        <Icon name="remove" size={16} />
      </button>
    </div>
  );
}
