import { useCall, useGrants } from '@parley/react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { type Texts, useTexts } from '../i18n/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import type { Person } from './people.ts';
import { PersonActions } from './person-actions.tsx';
import css from './person-row.module.css';
import { RenameForm } from './rename-form.tsx';

export interface PersonRowProps {
  person: Person;
  /** Whether what can be done is shown. */
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

/** Somebody in the list: who it is, what is heard and seen of them, and below what can be done. */
export function PersonRow({ person, isOpen, onOpen }: PersonRowProps) {
  const call = useCall();
  const texts = useTexts();
  const { moderate } = useGrants();
  const [isRenaming, setRenaming] = useState(false);
  const id = useId();
  const more = useRef<HTMLButtonElement>(null);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  /** What was open is gone, and the focus with it. */
  const close = () => {
    setRenaming(false);
    onOpen(false);
    more.current?.focus();
  };
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen || event.nativeEvent.isComposing) return;
    // It is not the panel that is meant.
    event.preventDefault();
    close();
  };
  const { participantId, name, isSelf, moderates } = person;
  const rename = (to: string) => {
    if (isSelf) call.rename(to);
    else call.moderate({ action: 'rename', participantId, name: to });
    close();
  };
  return (
    <li
      className={css.row}
      ref={row}
      onKeyDown={closeOnEscape}
      data-testid="person"
      data-participant-id={participantId}
    >
      <div className={css.head}>
        <span className={css.avatar} aria-hidden="true">
          <Avatar name={name} />
        </span>
        <span className={css.who}>
          <bdi className={css.name}>{name}</bdi>
          {(isSelf || moderates) && (
            <span className={css.role}>
              {[isSelf && texts.people.you, moderates && texts.people.moderator].filter(Boolean).join(' · ')}
            </span>
          )}
        </span>
        {marksOf(person, texts).map(({ icon, label }) => (
          <span key={icon} className={css.mark} role="img" aria-label={label} title={label} data-mark={icon}>
            <Icon name={icon} size={18} />
          </span>
        ))}
        {(isSelf || moderate) && (
          <button
            type="button"
            className={css.more}
            ref={more}
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={texts.people.actions(name)}
            title={texts.people.actions(name)}
            onClick={() => {
              setRenaming(false);
              onOpen(!isOpen);
            }}
            data-testid="person-actions"
          >
            <Icon name="more" size={20} />
          </button>
        )}
      </div>
      <div id={id}>
        {isOpen && isRenaming && <RenameForm name={name} onRename={rename} />}
        {isOpen && !isRenaming && (
          <PersonActions person={person} onRename={() => setRenaming(true)} onDone={close} />
        )}
      </div>
    </li>
  );
}

function marksOf({ microphone, camera, screen }: Person, { people }: Texts) {
  const marks: { icon: IconName; label: string }[] = [];
  if (screen !== undefined) marks.push({ icon: 'screen', label: people.sharesScreen });
  marks.push(
    camera === undefined
      ? { icon: 'camera-off', label: people.cameraOff }
      : { icon: 'camera', label: people.cameraOn },
    microphone === undefined
      ? { icon: 'microphone-off', label: people.microphoneOff }
      : { icon: 'microphone', label: people.microphoneOn },
  );
  return marks;
}
