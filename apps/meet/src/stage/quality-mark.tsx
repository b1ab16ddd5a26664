import { useConnectionQuality } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import css from './quality-mark.module.css';

const BARS = [4, 8, 12];

/** Says that somebody does not come through well; nothing as long as they do. */
export function QualityMark({ participantId }: { participantId: string }) {
  const texts = useTexts().tile.qualities;
  const quality = useConnectionQuality(participantId) ?? 'good';
  if (quality === 'good') return null;
  const full = { fair: 2, poor: 1, lost: 0 }[quality];
  return (
    <span
      className={`${css.mark} ${css[quality]}`}
      role="img"
      aria-label={texts[quality]}
      title={texts[quality]}
      data-testid="connection-quality"
      data-quality={quality}
    >
      <svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
        {BARS.map((height, index) => (
          <rect
            key={height}
            x={index * 5}
            y={12 - height}
            width="4"
            height={height}
            rx="1"
            fill="currentColor"
            opacity={index < full ? 1 : 0.35}
          />
        ))}
      </svg>
    </span>
  );
}
