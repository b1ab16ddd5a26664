import { CallError } from '@parley/client/call-error';
import { useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import { playTestSound } from './play-test-sound.ts';

/** Plays a sound through the chosen loudspeaker, to hear whether it is the right one. */
export function TestSound({ speaker }: { speaker: string }) {
  const texts = useTexts().devices;
  const [state, setState] = useState<'silent' | 'playing' | 'failed'>('silent');
  const play = async () => {
    setState('playing');
    try {
      await playTestSound(speaker);
      setState('silent');
    } catch (error) {
      // The loudspeaker is gone, or the browser does not let the page play.
      if (!(error instanceof CallError || error instanceof DOMException)) throw error;
      setState('failed');
    }
  };
  return (
    <>
      <Button onClick={() => void play()} disabled={state === 'playing'} testId="test-sound">
        {state === 'playing' ? texts.playing : texts.testSound}
      </Button>
      <span role="status" className={state === 'failed' ? undefined : 'visually-hidden'}>
        {state === 'failed' && texts.soundFailed}
      </span>
    </>
  );
}
