import type { RemoteTrack } from '../subscriber.ts';
import { reasonOf } from './call-rules.ts';
import type { Check } from './check.ts';
import { median } from './median.ts';
import { PASSED, type SubscribeFound } from './result.ts';
import { TestCall } from './test-call.ts';
import { PictureReader } from './test-picture.ts';
import { sleep, until } from './until.ts';

/** Milliseconds for the first picture and sound, then those that count, and between two looks at the picture. */
const TIMEOUT = 12_000;
const WINDOW = 2_000;
const LOOK = 90;
/** A second. Fewer look like a slide show. */
const FEW_FRAMES = 5;
/** Milliseconds above which people talk into each other's words (ITU-T G.114 says 400; this is with picture). */
const LONG = 600;

/** Whether somebody else in the room gets the picture and the tone. */
export const subscribeCheck: Check<'subscribe'> = {
  name: 'subscribe',
  needs: 'publish',
  skip: ({ isPair }) => (isPair ? undefined : 'second-token'),
  async find(context) {
    const { signal, sender } = context;
    const receiver = await context.join('receiver');
    const local = sender?.call.localTracks;
    const sent = { picture: local?.has('camera') ?? false, sound: local?.has('microphone') ?? false };
    if (!(receiver instanceof TestCall)) return { ...NOTHING, sent, problem: receiver };
    context.receiver = receiver;
    const from = sender?.call.participantId ?? '';
    const wanted = Number(sent.picture) + Number(sent.sound);
    const tracks = await until(() => all(receiver.tracksOf(from), wanted), TIMEOUT, signal);
    const camera = tracks?.find(({ kind }) => kind === 'video');
    const microphone = tracks?.find(({ kind }) => kind === 'audio');
    const listener = microphone && context.tone.listen(microphone.track);
    const reader = camera && new PictureReader(camera.track);
    try {
      await until(() => arrives(receiver, sent), TIMEOUT, signal);
      const before = await receiver.figures('receiving');
      const delays: number[] = [];
      let heard = false;
      while (performance.now() < before.at + WINDOW) {
        await sleep(LOOK, signal);
        heard ||= listener?.hears ?? false;
        const delay = reader?.delay();
        if (delay !== undefined) delays.push(delay);
      }
      const after = await receiver.figures('receiving');
      const delayMs = median(delays);
      return {
        sent,
        connected: after.way !== undefined,
        ...after.video,
        framesPerSecond: ((after.video.frames - before.video.frames) * 1000) / (after.at - before.at),
        ...(delayMs !== undefined && { delayMs }),
        audioPackets: after.audioPackets,
        heard,
      };
    } finally {
      reader?.close();
      listener?.close();
    }
  },
  judge({ problem, sent, connected, frames, framesPerSecond, delayMs, audioPackets, heard }) {
    if (problem !== undefined) return { outcome: 'failed', reason: reasonOf(problem) };
    if (!connected) return { outcome: 'failed', reason: 'no-way' };
    if (sent.picture && frames === 0) return { outcome: 'failed', reason: 'no-picture' };
    if (sent.sound && audioPackets === 0) return { outcome: 'failed', reason: 'no-sound' };
    if (sent.sound && !heard) return { outcome: 'warning', reason: 'no-sound' };
    if (sent.picture && framesPerSecond < FEW_FRAMES) return { outcome: 'warning', reason: 'few-frames' };
    return delayMs === undefined || delayMs <= LONG ? PASSED : { outcome: 'warning', reason: 'long-delay' };
  },
};

const NOTHING: Omit<SubscribeFound, 'sent'> = {
  connected: false,
  frames: 0,
  width: 0,
  height: 0,
  framesPerSecond: 0,
  audioPackets: 0,
  heard: false,
};

function all(tracks: RemoteTrack[], wanted: number): RemoteTrack[] | undefined {
  return tracks.length >= wanted ? tracks : undefined;
}

async function arrives(receiver: TestCall, sent: SubscribeFound['sent']): Promise<true | undefined> {
  const { video, audioPackets } = await receiver.figures('receiving');
  return (audioPackets > 0 || !sent.sound) && (video.frames > 0 || !sent.picture) ? true : undefined;
}
