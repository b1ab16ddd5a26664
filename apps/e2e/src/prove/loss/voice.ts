/** Hz, around which the pitch rises and falls. */
const PITCH = 140;
const SECONDS = 4;

/**
 * A sound that encoders take for speech: harmonics whose pitch moves, in syllables, without a pause. Opus repairs nothing else
 * in-band; a tone is noise to it after a while.
 */
export function voiceTrack(): MediaStreamTrack {
  const context = new AudioContext({ sampleRate: 48_000 });
  const buffer = new AudioBuffer({ length: SECONDS * 48_000, sampleRate: 48_000 });
  const samples = buffer.getChannelData(0);
  let phase = 0;
  for (const [index] of samples.entries()) {
    const time = index / 48_000;
    // Whole periods fit into the buffer, which is repeated.
    phase += (2 * Math.PI * PITCH * (1 + 0.2 * Math.sin(Math.PI * time))) / 48_000;
    const syllable = 0.15 + 0.85 * Math.sin(Math.PI * 4 * time) ** 2;
    let sample = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) {
      const hertz = harmonic * PITCH;
      // Two formants that change places with the syllables.
      const first = Math.exp(-(((hertz - 500 - 250 * Math.sin(2 * Math.PI * 1.5 * time)) / 200) ** 2));
      const second = Math.exp(-(((hertz - 1500 + 400 * Math.sin(2 * Math.PI * time)) / 300) ** 2));
      sample += (0.05 + first + 0.5 * second) * Math.sin(harmonic * phase);
    }
    samples[index] = 0.15 * syllable * sample;
  }
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(destination);
  source.start();
  const [track] = destination.stream.getAudioTracks();
  if (track === undefined) throw new Error('This browser cannot make sound.');
  return track;
}
