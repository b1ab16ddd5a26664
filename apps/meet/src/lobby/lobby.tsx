import { type DeviceState, type Preview as PreviewModel, usePreview } from '@parley/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { appAround } from '../devices/browser-kind.ts';
import { DeviceFields, type DevicesInUse } from '../devices/device-fields.tsx';
import { useTexts } from '../i18n/texts.ts';
import type { JoinRequest } from '../join-request.ts';
import { randomRoomId } from '../random-room.ts';
import { toRoomId } from '../room-id.ts';
import { useSetting } from '../settings/setting.ts';
import { chosenDevices, lastName, startsWith } from '../settings/settings.ts';
import { SettingsDialog } from '../settings/settings-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { RecordingsLink } from '../ui/recordings-link.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import { TestLink } from '../ui/test-link.tsx';
import { DeviceProblems } from './device-problems.tsx';
import css from './lobby.module.css';
import { Preview } from './preview.tsx';
import { RecordedNote, useRoomRecording } from './recorded-note.tsx';

export interface LobbyProps {
  /** The room that the link leads to. */
  room: string | undefined;
  joining: boolean;
  onJoin: (request: JoinRequest) => void;
}

/** Where one looks into the mirror before going in. */
export function Lobby({ room: linked, joining, onJoin }: LobbyProps) {
  const texts = useTexts();
  const t = texts.lobby;
  const [name, setName] = useState(lastName.current);
  const [room, setRoom] = useState(() => linked ?? randomRoomId());
  const [settingsOpen, setSettingsOpen] = useState(false);
  const preview = useRememberedPreview();
  const devices = useDevicesInUse(preview);
  const heading = useRef<HTMLHeadingElement>(null);
  const nameInput = useRef<HTMLInputElement>(null);
  const roomId = toRoomId(room);
  const app = appAround(navigator.userAgent);
  const { camera, microphone } = preview.state;
  const recording = useRoomRecording(linked);

  useEffect(() => {
    // With a keyboard, typing or Enter are next; on a phone an input would bring one up over the picture.
    const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)').matches;
    (hasKeyboard ? nameInput : heading).current?.focus();
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (joining || roomId === '' || name.trim() === '') return;
    lastName.set(name.trim());
    onJoin({
      room: roomId,
      name: name.trim(),
      ...(roomId === linked && { toldOfRecording: recording?.recording?.recordingId }),
      wanted: { camera: isWanted(camera), microphone: isWanted(microphone) },
      tracks: preview.take(),
    });
  };

  return (
    <div className={css.page}>
      <header className={css.header}>
        <Logo />
        <RoundButton
          icon="settings"
          label={texts.settings.open}
          onClick={() => setSettingsOpen(true)}
          disabled={joining}
          testId="open-settings"
        />
      </header>
      <main className={css.main}>
        <div className={css.preview}>
          <Preview preview={preview} name={name} joining={joining} />
        </div>
        <form className={css.form} onSubmit={submit}>
          <h1 className={css.title} ref={heading} tabIndex={-1}>
            {linked === undefined ? t.start : t.ready}
          </h1>
          {app !== undefined && (
            <p className={css.problem} role="alert" data-testid="in-app">
              {t.inApp(app)}
            </p>
          )}
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
          <DeviceProblems preview={preview} />
          {roomId === linked && <RecordedNote recording={recording} />}
          <Button type="submit" primary disabled={joining} testId="lobby-join">
            {joining ? texts.joining : t.join}
          </Button>
          <p className={css.note}>
            {camera.state === 'failed' || microphone.state === 'failed' ? t.withoutDevices : t.open}
          </p>
        </form>
        <section className={css.devices} aria-label={texts.devices.title}>
          <DeviceFields inUse={devices} disabled={joining} />
          <p className={css.links}>
            <TestLink />
            <RecordingsLink room={linked} />
          </p>
        </section>
      </main>
      {settingsOpen && <SettingsDialog devices={devices} onClose={() => setSettingsOpen(false)} />}
    </div>
  );
}

/** The preview with what was on, and was chosen, the last time; it remembers changes. */
function useRememberedPreview(): PreviewModel {
  const [initial] = useState(() => ({
    camera: startsWith.camera.current() === 'on',
    microphone: startsWith.microphone.current() === 'on',
  }));
  const preview = usePreview(initial, {
    camera: chosenDevices.camera.current(),
    microphone: chosenDevices.microphone.current(),
  });
  return {
    ...preview,
    toggle: (device) => {
      startsWith[device].set(preview.state[device].state === 'on' ? 'off' : 'on');
      preview.toggle(device);
    },
    choose: (device, deviceId) => {
      chosenDevices[device].set(deviceId);
      preview.choose(device, deviceId);
    },
  };
}

function useDevicesInUse({ state, choose }: PreviewModel): DevicesInUse {
  const chosen = {
    camera: useSetting(chosenDevices.camera),
    microphone: useSetting(chosenDevices.microphone),
  };
  const idOf = (device: 'camera' | 'microphone') => {
    const { [device]: now } = state;
    return (now.state === 'on' && now.track.getSettings().deviceId) || chosen[device];
  };
  return {
    camera: idOf('camera'),
    microphone: idOf('microphone'),
    microphoneTrack: state.microphone.state === 'on' ? state.microphone.track : undefined,
    choose,
  };
}

/** A device that is still starting when somebody is quick shall be on all the same. */
function isWanted({ state }: DeviceState): boolean {
  return state === 'on' || state === 'starting';
}
