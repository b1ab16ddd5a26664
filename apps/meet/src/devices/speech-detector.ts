/** Levels that a voice reaches, as `AudioMeter` tells them, and noise of a room does not. */
const LOUD = 0.55;
/** Levels looked at, a tenth of a second each, and how many of them have to be loud. */
const WINDOW = 10;
const LOUD_ONES = 5;

/** Tells talking from a cough or a key that is pressed: half of a second has to be loud. */
export class SpeechDetector {
  #levels: boolean[] = [];

  /** Takes the next level, 0–1. @returns whether somebody talks */
  add(level: number): boolean {
    this.#levels = [...this.#levels, level >= LOUD].slice(-WINDOW);
    return this.#levels.filter(Boolean).length >= LOUD_ONES;
  }
}
