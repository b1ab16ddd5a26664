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

  close(): void {
    this.track.stop();
    this.#context.close().catch(() => undefined);
  }
}
