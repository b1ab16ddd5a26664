import type { MediaDevice } from '@parley/client/devices';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { DeviceOptions } from './device-options.tsx';
import css from './device-select.module.css';

export type DeviceKind = 'camera' | 'microphone' | 'speaker';

export interface DeviceSelectProps {
  kind: DeviceKind;
  devices: readonly MediaDevice[];
  /** Id of the one in use. */
  value: string;
  onChange: (deviceId: string) => void;
  disabled?: boolean;
  /** Beside the menu. */
  children?: ReactNode;
}

const ICONS: Record<DeviceKind, IconName> = {
  camera: 'camera',
  microphone: 'microphone',
  speaker: 'speaker',
};

/** A menu of the machine's devices of a kind. Before the browser tells their names, there is nothing to choose. */
export function DeviceSelect({
  kind,
  devices,
  value,
  onChange,
  disabled = false,
  children,
}: DeviceSelectProps) {
  const texts = useTexts().devices;
  const known = devices.filter(({ deviceId }) => deviceId !== '');
  const { name, numbered, none } = texts[kind];
  return (
    <div className={css.field}>
      <label className={css.label}>
        <Icon name={ICONS[kind]} size={18} />
        <span className="visually-hidden">{name}</span>
        <select
          className={css.select}
          value={known.some(({ deviceId }) => deviceId === value) ? value : (known[0]?.deviceId ?? '')}
          onChange={(event) => onChange(event.target.value)}
          disabled={disabled || known.length === 0}
          data-testid={`choose-${kind}`}
        >
          {known.length === 0 && <option value="">{devices.length === 0 ? none : name}</option>}
          <DeviceOptions devices={known} numbered={numbered} />
        </select>
      </label>
      {children}
    </div>
  );
}
