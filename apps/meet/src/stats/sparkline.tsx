import css from './sparkline.module.css';
import { pointsOf } from './sparkline-points.ts';

export interface SparklineProps {
  /** Oldest first; undefined where nothing was measured. */
  values: readonly (number | undefined)[];
  /** What it shows, for screen readers. */
  label: string;
}

const SIZE = { width: 96, height: 24 };

/** A small chart of a value's last minute, from zero to its highest. */
export function Sparkline({ values, label }: SparklineProps) {
  return (
    <svg
      className={css.chart}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {pointsOf(values, SIZE).map((points) => (
        <polyline key={points} points={points} />
      ))}
    </svg>
  );
}
