import { useAudioLevel } from '@parley/react';
import { useRef } from 'react';
import { useTexts } from '../i18n/texts.ts';
import css from './level-meter.module.css';

/** How loud the microphone hears one. */
export function LevelMeter({ track }: { track: MediaStreamTrack | undefined }) {
  const texts = useTexts().devices;
  const meter = useRef<HTMLMeterElement>(null);
  useAudioLevel(track, (level) => {
    if (meter.current) meter.current.value = level;
  });
  return (
    <meter className={css.meter} ref={meter} min={0} max={1} aria-label={texts.level} data-testid="level" />
  );
}
