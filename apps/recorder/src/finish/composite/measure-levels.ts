import path from 'node:path';
import { runFfmpeg } from '../ffmpeg.ts';
import { LEVEL_MS } from './speaker-turns.ts';

/** Samples in a second that levels are measured of: what matters of speech is below 4 kHz. */
const RATE = 8000;
const SAMPLES = (RATE * LEVEL_MS) / 1000;
const FULL_SCALE = 32_768;

/** How loud the sound of a file is, dBFS, a level each {@link LEVEL_MS}. */
export async function measureLevels(file: string, signal: AbortSignal): Promise<number[]> {
  const meter = new LevelMeter();
  await runFfmpeg({
    folder: path.dirname(file),
    args: ['-i', path.basename(file), '-map', '0:a', '-ac', '1', '-ar', `${RATE}`, '-f', 's16le', 'pipe:1'],
    signal,
    output: (bytes) => meter.take(bytes),
  });
  return meter.levels;
}

/** Levels of 16-bit samples, little endian, that come in any portions. */
export class LevelMeter {
  readonly levels: number[] = [];
  #sum = 0;
  #count = 0;
  #odd: number | undefined;

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#odd === undefined) {
        this.#odd = byte;
        continue;
      }
      const sample = ((byte << 24) >> 16) | this.#odd;
      this.#odd = undefined;
      this.#sum += sample * sample;
      if (++this.#count < SAMPLES) continue;
      const level = 10 * Math.log10(this.#sum / SAMPLES / FULL_SCALE ** 2);
      this.levels.push(Math.max(-127, Math.round(level)));
      [this.#sum, this.#count] = [0, 0];
    }
  }
}
