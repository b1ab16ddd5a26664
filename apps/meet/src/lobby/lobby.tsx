import { type DeviceState, usePreview } from '@parley/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import type { JoinRequest } from '../join-request.ts';
import { randomRoomId } from '../random-room.ts';
import { toRoomId } from '../room-id.ts';
import { lastName } from '../settings/settings.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './lobby.module.css';
import { Preview } from './preview.tsx';
import { previewProblems } from './preview-problems.ts';

export interface LobbyProps {
  /** The room that the link leads to. */
  room: string | undefined;
  joining: boolean;
  onJoin: (request: JoinRequest) => void;
}

const BOTH_ON = { camera: true, microphone: true };

/** Where one looks into the mirror before going in. */
export function Lobby({ room: linked, joining, onJoin }: LobbyProps) {
  const texts = useTexts();
  const t = texts.lobby;
  const [name, setName] = useState(lastName.current);
  const [room, setRoom] = useState(() => linked ?? randomRoomId());
  const preview = usePreview(BOTH_ON);
  const heading = useRef<HTMLHeadingElement>(null);
  const nameInput = useRef<HTMLInputElement>(null);
  const roomId = toRoomId(room);
  const problems = previewProblems(texts, preview.state);

  useEffect(() => {
    // With a keyboard, typing or Enter are next; on a phone an input would bring one up over the picture.
    const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)').matches;
    (hasKeyboard ? nameInput : heading).current?.focus();
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (joining || roomId === '' || name.trim() === '') return;
    lastName.set(name.trim());
    const { camera, microphone } = preview.state;
    onJoin({
      room: roomId,
      name: name.trim(),
      wanted: { camera: isWanted(camera), microphone: isWanted(microphone) },
      tracks: preview.take(),
    });
  };

  return (
    <div className={css.page}>
      <header className={css.header}>
        <Logo />
      </header>
      <main className={css.main}>
        <Preview preview={preview} name={name} joining={joining} />
        <form className={css.form} onSubmit={submit}>
          <h1 className={css.title} ref={heading} tabIndex={-1}>
            {linked === undefined ? t.start : t.ready}
          </h1>
          <label className={css.field}>
            {t.name}
            <input
              className={css.input}
              ref={nameInput}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="name"
              dir="auto"
              maxLength={100}
              required
              data-testid="lobby-name"
            />
          </label>
          <label className={css.field}>
            {t.room}
            <input
              className={css.input}
              value={room}
              onChange={(event) => setRoom(event.target.value)}
              onBlur={() => roomId !== '' && setRoom(roomId)}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              required
              data-testid="lobby-room"
            />
          </label>
          {room !== '' && roomId === '' && (
            <p className={css.problem} role="alert">
              {t.badRoom}
            </p>
          )}
          {problems.map((problem) => (
            <p key={problem} className={css.problem} role="alert">
              {problem}
            </p>
          ))}
          <Button type="submit" primary disabled={joining} testId="lobby-join">
            {joining ? texts.joining : t.join}
          </Button>
          <p className={css.note}>{problems.length > 0 ? t.withoutDevices : t.open}</p>
        </form>
      </main>
    </div>
  );
}

/** A device that is still starting when somebody is quick shall be on all the same. */
function isWanted({ state }: DeviceState): boolean {
  return state === 'on' || state === 'starting';
}
