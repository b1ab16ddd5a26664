import { expect, it } from 'vitest';
import { SpeechDetector } from './speech-detector.ts';

const heard = (...levels: number[]) => {
  const detector = new SpeechDetector();
  return levels.map((level) => detector.add(level));
};

it('hears who goes on talking, with pauses between the words', () => {
  expect(heard(0.6, 0.7, 0.1, 0.6, 0.7, 0.2, 0.65)).toEqual([false, false, false, false, false, false, true]);
});

it('hears no talking in a cough, keys or the noise of a room', () => {
  expect(heard(0.9, 0.9, 0.6, ...Array(10).fill(0.1))).not.toContain(true);
  expect(heard(...Array(10).fill([0.9, 0.1, 0.1, 0.1]).flat())).not.toContain(true);
  expect(heard(...Array(30).fill(0.45))).not.toContain(true);
});
