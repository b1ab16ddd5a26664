import { canChooseSpeaker, useSpeaker as playThrough } from '@parley/client/devices';

/** Notes of a chord that rises, Hz, and seconds from one to the next. */
const NOTES = [523.25, 659.25, 783.99];
const STEP = 0.22;
const LENGTH = 0.5;

/**
 * Plays three notes through a loudspeaker, an empty id for the default one. Resolves when they are over.
 *
 * @throws {CallError} if the loudspeaker is gone
 */
export async function playTestSound(speaker: string): Promise<void> {
  const context = new AudioContext();
  const element = new Audio();
  try {
    const out = context.createMediaStreamDestination();
    element.srcObject = out.stream;
    if (canChooseSpeaker()) await playThrough(element, speaker);
    await Promise.all([context.resume(), element.play()]);
    const over = NOTES.map((frequency, index) => {
      const begin = context.currentTime + 0.05 + index * STEP;
      const note = new OscillatorNode(context, { type: 'triangle', frequency });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.25, begin + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + LENGTH);
      note.connect(volume).connect(out);
      note.start(begin);
      note.stop(begin + LENGTH);
      return new Promise((resolve) => note.addEventListener('ended', resolve));
    });
    await Promise.all(over);
  } finally {
    element.srcObject = null;
    await context.close();
  }
}
