import css from './avatar.module.css';
import { hueOf, initialsOf } from './initials.ts';

/** Stands for somebody whose camera is off. Fills its parent. */
export function Avatar({ name }: { name: string }) {
  return (
    <span className={css.frame} aria-hidden="true">
      <span className={css.circle} style={{ backgroundColor: `hsl(${hueOf(name)} 45% 33%)` }}>
        {initialsOf(name)}
      </span>
    </span>
  );
}
