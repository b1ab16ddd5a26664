import { useCall, useGrants, useParticipants, useRoom } from '@parley/react';
import { useState } from 'react';
import { useLanguage } from '../i18n/language.ts';
import { useTexts } from '../i18n/texts.ts';
import { SidePanel } from '../panel/side-panel.tsx';
import { Button } from '../ui/button.tsx';
import { peopleOf } from './people.ts';
import css from './people-panel.module.css';
import { PersonRow } from './person-row.tsx';
import { Switch } from './switch.tsx';

/** With fewer people one looks instead of searching. */
const SEARCH_FROM = 8;

/** Who is here, and for who moderates what may be done with them and with the room. */
export function PeoplePanel({ onClose }: { onClose: () => void }) {
  const call = useCall();
  const texts = useTexts().people;
  const language = useLanguage();
  const participants = useParticipants();
  const { moderate: moderates } = useGrants();
  const [search, setSearch] = useState('');
  /** Whose row is open. */
  const [open, setOpen] = useState<string>();
  const searchable = participants.size >= SEARCH_FROM;
  const people = peopleOf(participants, searchable ? search : '', language);
  const others = people.filter(({ isSelf, microphone }) => !isSelf && microphone !== undefined);

  return (
    <SidePanel
      title={texts.title(participants.size)}
      closeLabel={texts.close}
      onClose={onClose}
      testId="people"
    >
      {searchable && (
        <input
          className={css.search}
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={texts.search}
          aria-label={texts.search}
          data-testid="people-search"
        />
      )}
      <ul className={css.list}>
        {people.map((person) => (
          <PersonRow
            key={person.participantId}
            person={person}
            isOpen={open === person.participantId}
            onOpen={(isOpen) => setOpen(isOpen ? person.participantId : undefined)}
          />
        ))}
      </ul>
      {people.length === 0 && <p className={css.none}>{texts.nobody}</p>}
      {moderates && (
        <footer className={css.room}>
          <RoomSwitches />
          <Button
            disabled={others.length === 0}
            onClick={() => {
              for (const { participantId, microphone } of others) {
                if (microphone === undefined) continue;
                call.moderate({ action: 'mute', participantId, trackId: microphone });
              }
            }}
            testId="mute-all"
          >
            {texts.muteAll}
          </Button>
        </footer>
      )}
    </SidePanel>
  );
}

/** How the room is set. */
function RoomSwitches() {
  const call = useCall();
  const texts = useTexts().people;
  const { locked, lobby } = useRoom();
  return (
    <>
      <Switch
        on={lobby}
        label={texts.lobby}
        hint={texts.lobbyHint}
        onChange={(on) => call.moderate({ action: 'set-lobby', lobby: on })}
        testId="lobby-switch"
      />
      <Switch
        on={locked}
        label={texts.lock}
        hint={texts.lockHint}
        onChange={(on) => call.moderate({ action: 'lock', locked: on })}
        testId="lock-switch"
      />
    </>
  );
}
