import { type Tile, useCall, useGrants } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import css from './tile-actions.module.css';

export interface TileActionsProps {
  tile: Tile;
  /** Whose tile this is. */
  label: string;
  pinned: boolean;
  onPin: () => void;
}

/** What one may do with a tile, and a moderator with whom it shows. */
export function TileActions({ tile, label, pinned, onPin }: TileActionsProps) {
  const call = useCall();
  const texts = useTexts().tile;
  const { moderate } = useGrants();
  const { participantId, name, isSelf, source, microphoneOn } = tile;
  const moderates = moderate && !isSelf && source === 'camera';
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
      <Action
        icon={pinned ? 'unpin' : 'pin'}
        label={pinned ? texts.unpin(label) : texts.pin(label)}
        hint={pinned ? texts.unpinHint : texts.pinHint}
        onClick={onPin}
        testId="pin"
      />
      {moderates && microphoneOn && (
        <Action
          icon="microphone-off"
          label={texts.mute(name)}
          hint={texts.muteHint}
          onClick={mute}
          testId="moderate-mute"
        />
      )}
      {moderates && (
        <Action
          icon="remove"
          label={texts.remove(name)}
          hint={texts.removeHint}
          onClick={remove}
          testId="moderate-remove"
        />
      )}
    </div>
  );
}

interface ActionProps {
  icon: IconName;
  label: string;
  hint: string;
  onClick: () => void;
  testId: string;
}

function Action({ icon, label, hint, onClick, testId }: ActionProps) {
  return (
    <button
      type="button"
      className={css.action}
      aria-label={label}
      title={hint}
      onClick={onClick}
      data-testid={testId}
    >
      <Icon name={icon} size={16} />
    </button>
  );
}
