import { useCall, useGrants } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import type { IconName } from '../ui/icon.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Person } from './people.ts';
import css from './person-actions.module.css';

/** How long somebody who was kept out may not come back, seconds. */
const BAN_SECONDS = 60 * 60;

interface Action {
  readonly id: string;
  readonly icon: IconName;
  readonly label: string;
  readonly isDanger?: boolean;
  readonly run: () => void;
}

export interface PersonActionsProps {
  person: Person;
  onRename: () => void;
  /** Something was done. */
  onDone: () => void;
}

/** What can be done with somebody: with oneself by anybody, with others by who moderates. */
export function PersonActions({ person, onRename, onDone }: PersonActionsProps) {
  const call = useCall();
  const texts = useTexts().people;
  const { moderate } = useGrants();
  const { participantId, name, isSelf, moderates, microphone, camera, screen } = person;

  const actions: Action[] = [{ id: 'rename', icon: 'rename', label: texts.rename, run: onRename }];
  if (moderate && !isSelf) {
    const mute = (id: string, icon: IconName, label: string, trackId: string | undefined) => {
      if (trackId === undefined) return;
      const run = () => call.moderate({ action: 'mute', participantId, trackId });
      actions.push({ id, icon, label, run });
    };
    mute('mute', 'microphone-off', texts.mute, microphone);
    mute('stop-camera', 'camera-off', texts.stopCamera, camera);
    mute('stop-screen', 'screen-off', texts.stopScreen, screen);
    actions.push({
      id: 'moderator',
      icon: 'shield',
      label: moderates ? texts.takeModeration : texts.giveModeration,
      run: () => call.moderate({ action: 'set-grants', participantId, grants: { moderate: !moderates } }),
    });
    const remove = (question: string, banSeconds: number | undefined) => () => {
      if (!confirm(question)) return;
      call.moderate({ action: 'kick', participantId, ...(banSeconds !== undefined && { banSeconds }) });
    };
    actions.push(
      {
        id: 'remove',
        icon: 'remove',
        label: texts.remove,
        isDanger: true,
        run: remove(texts.confirmRemove(name), undefined),
      },
      {
        id: 'ban',
        icon: 'lock',
        label: texts.keepOut,
        isDanger: true,
        run: remove(texts.confirmKeepOut(name), BAN_SECONDS),
      },
    );
  }

  return (
    <ul className={css.actions} aria-label={texts.actions(name)}>
      {actions.map(({ id, icon, label, isDanger, run }) => (
        <li key={id}>
          <button
            type="button"
            className={`${css.action} ${isDanger ? css.danger : ''}`}
            onClick={() => {
              run();
              if (id !== 'rename') onDone();
            }}
            data-testid={`person-${id}`}
          >
            <Icon name={icon} size={18} />
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
