import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PublisherClock, rtpAt, SourceClock, timeAt } from './clock.ts';

const T0 = 1_790_000_000_000;

/** A small generator of numbers, 0–1, that reads the same each time. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('delays do not move it: the least delayed packets count', () => {
  const next = random(1);
  const clock = new SourceClock(90_000, new PublisherClock());
  for (let frame = 0; frame < 900; frame++) {
    const delay = 20 + (frame % 50 === 7 ? 0 : next() ** 2 * 200);
    clock.arrived(5000 + frame * 3000, T0 + (frame * 1000) / 30 + delay);
  }
  const now = clock.now();
  expect(now && timeAt(now, 5000)).toBeCloseTo(T0 + 20, 0);
  expect(now && rtpAt(now, T0 + 20)).toBeCloseTo(5000, -2);
});

test('a burst of late packets at the beginning is corrected for the past too', () => {
  const clock = new SourceClock(48_000, new PublisherClock());
  for (let packet = 0; packet < 100; packet++) clock.arrived(packet * 960, T0 + 2000 + packet * 0.1);
  for (let packet = 100; packet < 200; packet++) clock.arrived(packet * 960, T0 + packet * 20 + 5);
  const now = clock.now();
  expect(now && timeAt(now, 0)).toBeCloseTo(T0 + 5, 0);
});

test('finds out how a clock drifts, through the noise', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200, max: 200 }), fc.nat({ max: 1000 }), (ppm, seed) => {
      const next = random(seed);
      const clock = new SourceClock(90_000, new PublisherClock());
      const seconds = 600;
      const rate = 90_000 * (1 + ppm / 1e6);
      for (let i = 0; i < seconds * 5; i++) {
        const t = i * 200;
        clock.arrived(Math.round((t / 1000) * rate), T0 + t + 10 + next() ** 3 * 80);
      }
      const now = clock.now();
      expect(now).toBeDefined();
      if (now === undefined) return;
      for (const second of [0, seconds / 2, seconds]) {
        expect(Math.abs(timeAt(now, second * rate) - (T0 + second * 1000 + 10))).toBeLessThan(6);
      }
    }),
    { numRuns: 20 },
  );
});

test('sender reports bring a slow picture and its quick sound together, also for what was before them', () => {
  const publisher = new PublisherClock();
  const [video, audio] = [new SourceClock(90_000, publisher), new SourceClock(48_000, publisher)];
  const ntp = 4_000_000;
  for (let i = 0; i < 500; i++) {
    if (i === 250) {
      // Captured at the publisher's 4,000,000: RTP 7,000 of the picture, 99,000 of the sound.
      video.reported(7000, ntp);
      audio.reported(99_000, ntp);
    }
    video.arrived(7000 + i * 3600, T0 + i * 40 + 130);
    audio.arrived(99_000 + i * 1920, T0 + i * 40 + 15);
  }
  const [v, a] = [video.now(), audio.now()];
  expect(v && timeAt(v, 7000)).toBeCloseTo(T0 + 15, 0);
  expect(a && timeAt(a, 99_000)).toBeCloseTo(T0 + 15, 0);
});

test('reports that cannot be true are not believed', () => {
  const publisher = new PublisherClock();
  const [video, audio] = [new SourceClock(90_000, publisher), new SourceClock(48_000, publisher)];
  video.reported(0, 1_000_000);
  audio.reported(0, 9_000_000);
  for (let i = 0; i < 100; i++) {
    video.arrived(i * 3600, T0 + i * 40 + 20);
    audio.arrived(i * 1920, T0 + i * 40 + 20);
  }
  for (const clock of [video, audio]) {
    const now = clock.now();
    expect(Math.abs((now ? timeAt(now, 0) : 0) - T0)).toBeLessThan(50);
  }
});

test('hours of it cost no more', () => {
  const clock = new SourceClock(90_000, new PublisherClock());
  for (let i = 0; i < 40_000; i++) clock.arrived(i * 90_000, T0 + i * 1000 + (i % 7));
  const now = clock.now();
  expect(now && timeAt(now, 40_000 * 90_000)).toBeCloseTo(T0 + 40_000 * 1000, -1);
});
