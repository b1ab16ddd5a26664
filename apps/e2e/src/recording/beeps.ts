// Runs in the browser: a microphone that beeps each time a second of the shared clock begins.

/** Of each beep, ms. */
export const BEEP_MS = 100;
const SAMPLE_RATE = 48_000;
/** Beeps are planned so long before they sound, s. */
const AHEAD = 0.5;
const LOOK_MS = 20;

/** @param now the shared clock, ms @param pitch Hz */
export function beepingTrack(now: () => number, pitch: number): MediaStreamTrack {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'interactive' });
  const oscillator = new OscillatorNode(context, { frequency: pitch });
  const gain = new GainNode(context, { gain: 0 });
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  oscillator.connect(gain).connect(out);
  oscillator.start();
  const [track] = out.stream.getAudioTracks();
  if (track === undefined) throw new Error('This browser cannot make sound.');
  // Sound is rendered in blocks: the context's time stands still between them, and is right just after one.
  const lags: number[] = [];
  let planned = Math.ceil(now() / 1000) + 1;
  const timer = setInterval(() => {
    if (track.readyState === 'ended') {
      clearInterval(timer);
      void context.close();
      return;
    }
    lags.push(now() / 1000 - context.currentTime);
    lags.splice(0, lags.length - 200);
    const begin = planned - Math.min(...lags);
    if (lags.length < 50 || begin > context.currentTime + AHEAD) return;
    planned += 1;
    if (begin <= context.currentTime) return;
    gain.gain.setValueAtTime(0.5, begin);
    gain.gain.setValueAtTime(0, begin + BEEP_MS / 1000);
  }, LOOK_MS);
  return track;
}
