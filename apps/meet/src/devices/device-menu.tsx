import type { MediaDevice } from '@parley/client/devices';
import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import css from './device-menu.module.css';
import { DeviceOptions } from './device-options.tsx';

export interface DeviceMenuProps {
  kind: 'camera' | 'microphone';
  devices: readonly MediaDevice[];
  /** Id of the one in use. */
  value: string;
  onChange: (deviceId: string) => void;
}

/** A small arrow beside a switch that opens the browser's own menu. There where there is something to choose. */
export function DeviceMenu({ kind, devices, value, onChange }: DeviceMenuProps) {
  const { choose, numbered } = useTexts().devices[kind];
  const known = devices.filter(({ deviceId }) => deviceId !== '');
  if (known.length < 2) return null;
  return (
    <label className={css.menu} title={choose}>
      <Icon name="chevron" size={16} />
      <select
        className={css.select}
        aria-label={choose}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={`switch-${kind}`}
      >
        <DeviceOptions devices={known} numbered={numbered} />
      </select>
    </label>
  );
}
