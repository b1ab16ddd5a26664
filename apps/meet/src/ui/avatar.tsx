import type { CSSProperties } from 'react';
import css from './avatar.module.css';
import { hueOf, initialsOf } from './initials.ts';

/** Stands for somebody whose camera is off. Fills its parent. */
export function Avatar({ name }: { name: string }) {
  return (
    <span className={css.frame} style={{ '--hue': hueOf(name) } as CSSProperties} aria-hidden="true">
      <span className={css.circle}>{initialsOf(name)}</span>
    </span>
  );
}
