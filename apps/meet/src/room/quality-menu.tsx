import type { Quality } from '@parley/protocol/track';
import type { ChangeEvent } from 'react';
import { Icon } from '../ui/icon.tsx';
import css from './quality-menu.module.css';

const CHOICES: readonly { value: Quality; text: string }[] = [
  { value: 'auto', text: 'Auto' },
  { value: 'high', text: 'High' },
  { value: 'medium', text: 'Medium' },
  { value: 'low', text: 'Low' },
];

export interface QualityMenuProps {
  quality: Quality;
  onChange: (quality: Quality) => void;
}

/** Chooses how the others' cameras are received. The browser's own menu, which phones show well. */
export function QualityMenu({ quality, onChange }: QualityMenuProps) {
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => {
    const choice = CHOICES.find(({ value }) => value === target.value);
    if (choice) onChange(choice.value);
  };
  return (
    <label className={css.menu} title="Quality of the video you receive">
      <Icon name="quality" />
      <select
        className={css.select}
        aria-label="Quality of the video you receive"
        value={quality}
        onChange={choose}
        data-testid="quality-menu"
      >
        {CHOICES.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
