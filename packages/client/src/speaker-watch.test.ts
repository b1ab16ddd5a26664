import type { Speakers } from '@parley/protocol/speakers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeAnalyser, FakeAudioContext } from './testing/fake-audio-context.ts';
import { FakeStream, FakeTrack } from './testing/fake-media.ts';
import { type FakeRoom, joinFakeRoom, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Ann's microphone arrives; it is as loud as the returned function is told. */
async function withAnn({ socket, subscriber }: FakeRoom): Promise<(amplitude: number) => void> {
  socket.receive({
    type: 'offer',
    roomId: 'room',
    offerId: 'o1',
    sdp: '0:sendonly 1:sendonly',
    tracks: (['microphone', 'screen-audio'] as const).map((source, index) => {
      return { mid: String(index), trackId: source, participantId: 'ann', kind: 'audio', source };
    }),
  });
  await vi.advanceTimersByTimeAsync(10);
  let amplitude = 0;
  let packets = 0;
  for (const { mid, receiver } of subscriber.getTransceivers()) {
    receiver.getSynchronizationSources = () => [
      { audioLevel: mid === '0' ? amplitude : 1, timestamp: amplitude > 0 ? ++packets : packets },
    ];
  }
  return (next) => {
    amplitude = next;
  };
}

it('tells who speaks while somebody listens, and looks at nothing else', async () => {
  const room = await joinFakeRoom();
  const ann = await withAnn(room);
  const told: Speakers[] = [];
  room.call.on('active-speakers', (speakers) => told.push(speakers));
  ann(0.1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(room.call.activeSpeakers).toEqual([{ participantId: 'ann', level: 0.65 }]);
  expect(room.call.dominantSpeaker).toBe('ann');
  expect(told, 'once, since nothing changes').toEqual([
    { active: [{ participantId: 'ann', level: 0.65 }], dominant: 'ann' },
  ]);
  // No packet comes any more, but the latest level is still what it was.
  ann(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(told.at(-1)).toEqual({ active: [], dominant: 'ann' });
  room.call.leave();
  expect(FakeAudioContext.open).toBe(0);
});

it('hears oneself only while the microphone is on', async () => {
  const { call } = await joinFakeRoom();
  const told: Speakers[] = [];
  call.on('active-speakers', (speakers) => told.push(speakers));
  vi.stubGlobal('navigator', {
    mediaDevices: { getUserMedia: async () => new FakeStream([new FakeTrack('audio')]) },
  });
  FakeAnalyser.amplitude = 0.1;
  call.setMicrophoneEnabled(true).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.activeSpeakers).toMatchObject([{ participantId: 'me' }]);
  expect(FakeAudioContext.open).toBe(1);
  call.setMicrophoneEnabled(false).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.activeSpeakers).toEqual([]);
  expect(FakeAudioContext.open).toBe(0);
  call.leave();
  call.on('active-speakers', () => undefined);
  expect(vi.getTimerCount(), 'a call that is over watches nothing').toBe(0);
});
