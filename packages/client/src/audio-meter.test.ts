import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AudioMeter } from './audio-meter.ts';
import { FakeAudioContext } from './testing/fake-audio-context.ts';
import { FakeTrack } from './testing/fake-media.ts';
import { stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('tells silence of what the browser cannot listen to, and leaves nothing open', () => {
  // Firefox, of a microphone with another sample rate than the loudspeaker's.
  vi.spyOn(FakeAudioContext.prototype, 'createMediaStreamSource').mockImplementation(() => {
    throw new DOMException('another sample rate', 'NotSupportedError');
  });
  const levels: number[] = [];
  const meter = new AudioMeter(new FakeTrack('audio').asTrack(), (level) => levels.push(level));
  vi.advanceTimersByTime(250);
  expect(levels).toEqual([0, 0]);
  meter.close();
  expect(FakeAudioContext.open).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
