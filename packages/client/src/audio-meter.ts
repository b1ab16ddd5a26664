import { loudness } from '@parley/protocol/loudness';

/** Milliseconds between two levels. */
const INTERVAL = 100;
/** Samples of a look, 43 ms at 48 kHz. */
const SAMPLES = 2048;

/**
 * Tells how loud a track is, ten times a second, from 0 to 1 as `loudness()` has it. It neither plays nor stops the
 * track. A browser that wants a click before pages make sound tells 0 until there was one; one that cannot listen to the
 * track tells 0.
 *
 * @example
 * ```ts
 * const meter = new AudioMeter(await captureMicrophone(), (level) => { bar.value = level; });
 * // …
 * meter.close();
 * ```
 */
export class AudioMeter {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param onLevel called until {@link close} */
  constructor(track: MediaStreamTrack, onLevel: (level: number) => void) {
    const analyser = new AnalyserNode(this.#context, { fftSize: SAMPLES });
    try {
      this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    } catch {
      // Firefox listens to no microphone whose sample rate is not the loudspeaker's. A meter is not worth a failure.
    }
    const samples = new Float32Array(SAMPLES);
    this.#timer = setInterval(() => {
      // Refused until the page may make sound.
      if (this.#context.state === 'suspended') this.#context.resume().catch(() => undefined);
      analyser.getFloatTimeDomainData(samples);
      let energy = 0;
      for (const sample of samples) energy += sample * sample;
      onLevel(loudness(Math.sqrt(energy / SAMPLES)));
    }, INTERVAL);
  }

  /** Stops listening, for good. The track goes on. */
  close(): void {
    clearInterval(this.#timer);
    // Closed twice is closed.
    this.#context.close().catch(() => undefined);
  }
}
