import type { Quality } from '@parley/protocol/track';
import type { ChangeEvent } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import css from './quality-menu.module.css';

const QUALITIES: readonly Quality[] = ['auto', 'high', 'medium', 'low'];

export interface QualityMenuProps {
  quality: Quality;
  onChange: (quality: Quality) => void;
}

/** Chooses how the others' cameras are received. The browser's own menu, which phones show well. */
export function QualityMenu({ quality, onChange }: QualityMenuProps) {
  const texts = useTexts().room;
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => {
    const choice = QUALITIES.find((value) => value === target.value);
    if (choice) onChange(choice);
  };
  return (
    <label className={css.menu} title={texts.quality}>
      <Icon name="quality" />
      <select
        className={css.select}
        aria-label={texts.quality}
        value={quality}
        onChange={choose}
        data-testid="quality-menu"
      >
        {QUALITIES.map((value) => (
          <option key={value} value={value}>
            {texts.qualities[value]}
          </option>
        ))}
      </select>
    </label>
  );
}
