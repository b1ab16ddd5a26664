import { useLocalTracks } from '@parley/react';
import { useMutedSpeech } from '../devices/use-muted-speech.ts';
import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import css from './muted-speech.module.css';

/** Says that nobody hears who talks. Always there, so that screen readers hear it. */
export function MutedSpeech() {
  const { track, enabled = false } = useLocalTracks().get('microphone') ?? {};
  const talks = useMutedSpeech(track, !enabled);
  const texts = useTexts().devices;
  return (
    <div className={css.place} role="status">
      {talks && (
        <p className={css.hint} data-testid="muted-speech">
          <Icon name="microphone-off" size={18} />
          {texts.mutedSpeech}
        </p>
      )}
    </div>
  );
}
