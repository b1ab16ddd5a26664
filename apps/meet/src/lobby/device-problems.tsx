import { type Preview, type PreviewDevice, useDevices } from '@parley/react';
import { useEffect, useRef } from 'react';
import { PermissionHelp } from '../devices/permission-help.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useTexts } from '../i18n/texts.ts';
import css from './lobby.module.css';
import { previewProblems } from './preview-problems.ts';

/** What is wrong with camera and microphone, and what to do about it. What was missing starts when it is plugged in. */
export function DeviceProblems({ preview }: { preview: Preview }) {
  const texts = useTexts();
  useMissing(preview);
  const again = (devices: readonly PreviewDevice[]) => () => {
    for (const device of devices) preview.toggle(device);
  };
  return previewProblems(preview.state).map(({ devices, error }) => {
    const text = devices.length > 1 ? texts.lobby.bothDenied : errorText(texts, error);
    return error.code === 'permission_denied' ? (
      <PermissionHelp key={devices[0]} title={text} error={error} onAgain={again(devices)} />
    ) : (
      <p key={devices[0]} className={css.problem} role="alert">
        {text}
      </p>
    );
  });
}

/** Tries again what was not there once there is another list of devices. */
function useMissing({ state, toggle }: Preview): void {
  const lists = useDevices();
  const latest = useRef({ state, toggle });
  useEffect(() => {
    latest.current = { state, toggle };
  });
  useEffect(() => {
    const there = { camera: lists.cameras.length > 0, microphone: lists.microphones.length > 0 };
    for (const device of ['camera', 'microphone'] as const) {
      const now = latest.current.state[device];
      const isMissing = now.state === 'failed' && now.error.code === 'device_not_found';
      if (isMissing && there[device]) latest.current.toggle(device);
    }
  }, [lists]);
}
