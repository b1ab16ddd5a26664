import type { ChangeEvent } from 'react';
import { Icon, type IconName } from './icon.tsx';
import css from './select-menu.module.css';

export interface SelectMenuProps<T extends string> {
  icon: IconName;
  /** What is chosen, for screen readers and as a tooltip. */
  label: string;
  value: T;
  options: readonly { readonly value: T; readonly text: string }[];
  onChange: (value: T) => void;
  /** As high as what is in the header. */
  small?: boolean;
  testId: string;
}

/** A choice of a few things: the browser's own menu, which phones show well. */
export function SelectMenu<T extends string>(props: SelectMenuProps<T>) {
  const { icon, label, value, options, onChange, small = false, testId } = props;
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => {
    const choice = options.find((option) => option.value === target.value);
    if (choice) onChange(choice.value);
  };
  return (
    <label className={`${css.menu} ${small ? css.small : ''}`} title={label}>
      <Icon name={icon} size={small ? 18 : 22} />
      <select className={css.select} aria-label={label} value={value} onChange={choose} data-testid={testId}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}
