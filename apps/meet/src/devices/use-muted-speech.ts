import { AudioMeter } from '@parley/client/audio-meter';
import { useEffect, useState } from 'react';
import { SpeechDetector } from './speech-detector.ts';

/** Milliseconds that it is said after the last word. */
const HOLD = 3000;

/** Whether somebody talks into a microphone that is muted. What it hears goes nowhere. */
export function useMutedSpeech(microphone: MediaStreamTrack | undefined, muted: boolean): boolean {
  const [talks, setTalks] = useState(false);
  useEffect(() => {
    if (!muted || microphone === undefined) return;
    // The muted track is silent itself.
    const open = microphone.clone();
    open.enabled = true;
    const detector = new SpeechDetector();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const meter = new AudioMeter(open, (level) => {
      if (!detector.add(level)) return;
      setTalks(true);
      clearTimeout(timer);
      timer = setTimeout(() => setTalks(false), HOLD);
    });
    return () => {
      meter.close();
      open.stop();
      clearTimeout(timer);
      setTalks(false);
    };
  }, [microphone, muted]);
  return talks;
}
