/** Mean amplitude, of 1, of what is no silence. */
const SILENCE = 0.01;

/** A quiet tone that only the test hears. */
export class TestTone {
  readonly track: MediaStreamTrack;
  readonly #context: AudioContext;

  constructor() {
    this.#context = new AudioContext();
    // After a click it runs; without one browsers keep it silent, and the tone is not heard.
    this.#context.resume().catch(() => undefined);
    const oscillator = new OscillatorNode(this.#context, { frequency: 440 });
    const gain = new GainNode(this.#context, { gain: 0.3 });
    const destination = new MediaStreamAudioDestinationNode(this.#context);
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    const [track] = destination.stream.getAudioTracks();
    if (track === undefined) throw new Error('This browser cannot make sound.');
    this.track = track;
  }

  /** Listens to a track without being heard. */
  listen(track: MediaStreamTrack): ToneListener {
    return new ToneListener(this.#context, track);
  }

  close(): void {
    this.track.stop();
    this.#context.close().catch(() => undefined);
  }
}

/** Says whether a track of others is silent. */
export class ToneListener {
  readonly #element = new Audio();
  readonly #analyser: AnalyserNode;
  readonly #source: MediaStreamAudioSourceNode;

  constructor(context: AudioContext, track: MediaStreamTrack) {
    const stream = new MediaStream([track]);
    // Chromium decodes only what plays somewhere; it plays muted.
    this.#element.muted = true;
    this.#element.srcObject = stream;
    this.#element.play().catch(() => undefined);
    this.#analyser = new AnalyserNode(context);
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.#source.connect(this.#analyser);
  }

  /** Whether there is sound just now. */
  get hears(): boolean {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const energy = samples.reduce((total, sample) => total + sample * sample, 0);
    return Math.sqrt(energy / samples.length) > SILENCE;
  }

  close(): void {
    this.#source.disconnect();
    this.#element.srcObject = null;
  }
}
