import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StatsEntry } from './call-stats.ts';
import { Experience } from './experience.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const video = (id: string, more: StatsEntry = {}): StatsEntry => ({
  type: 'inbound-rtp',
  id,
  kind: 'video',
  ...more,
});
const audio = (id: string, more: StatsEntry = {}): StatsEntry => ({
  type: 'inbound-rtp',
  id,
  kind: 'audio',
  ...more,
});

/** An experience whose browser says what `now` has. */
function watch(awaitsPicture = false) {
  const browser: { now: StatsEntry[]; looks: number; hidden: unknown } = { now: [], looks: 0, hidden: '' };
  const read = async () => {
    browser.looks += 1;
    return browser.now;
  };
  const isHidden = (mid: unknown) => mid === browser.hidden;
  const experience = new Experience(performance.now(), awaitsPicture, read, isHidden);
  return { browser, experience };
}

it('adds up what was frozen and made up, of streams that are over too', async () => {
  const { browser, experience } = watch();
  browser.now = [
    video('a', { freezeCount: 2, totalFreezesDuration: 1.5 }),
    audio('b', { concealedSamples: 300, silentConcealedSamples: 200, totalSamplesReceived: 1000 }),
    { type: 'candidate-pair', id: 'c', freezeCount: 9 },
  ];
  await vi.advanceTimersByTimeAsync(5000);
  const first = { freezes: 2, freezeMs: 1500, concealedAudio: 0.1, reconnects: 0 };
  expect(experience.report).toEqual(first);
  browser.now = [];
  await vi.advanceTimersByTimeAsync(5000);
  expect(experience.report, 'both are over').toEqual(first);
  browser.now = [video('a', { freezeCount: 1, totalFreezesDuration: 0.25 })];
  experience.reconnected();
  await vi.advanceTimersByTimeAsync(5000);
  expect(experience.report).toEqual({ ...first, freezes: 3, freezeMs: 1750, reconnects: 1 });
  experience.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('counts nothing twice when the PeerConnection is replaced while it is asked', async () => {
  const old = Promise.withResolvers<StatsEntry[]>();
  const answers = [Promise.resolve([video('a', { freezeCount: 1 })]), old.promise, Promise.resolve([])];
  const experience = new Experience(performance.now(), false, async () => (await answers.shift()) ?? []);
  await vi.advanceTimersByTimeAsync(10_000);
  experience.replaced();
  old.resolve([video('a', { freezeCount: 1 })]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(experience.report.freezes).toBe(1);
  experience.stop();
});

it('tells when the first picture was there, to a tenth of a second, where one was to be expected', async () => {
  const { browser, experience } = watch(true);
  await vi.advanceTimersByTimeAsync(450);
  browser.now = [video('a', { framesDecoded: 1 })];
  await vi.advanceTimersByTimeAsync(100);
  expect(experience.report.joinMs).toBe(500);
  const looks = browser.looks;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(browser.looks - looks, 'seldom from then on').toBe(4);
  experience.stop();
  const late = watch(true);
  await vi.advanceTimersByTimeAsync(40_000);
  late.browser.now = browser.now;
  await vi.advanceTimersByTimeAsync(5000);
  expect(late.experience.report, 'nobody joins for as long as that').not.toHaveProperty('joinMs');
  late.experience.stop();
  const alone = watch(false);
  alone.browser.now = browser.now;
  await vi.advanceTimersByTimeAsync(5000);
  expect(alone.experience.report).not.toHaveProperty('joinMs');
  alone.experience.stop();
});

it('does not take it for a freeze that a picture was not shown', async () => {
  const { browser, experience } = watch();
  const both = (freezeCount: number) => [
    video('a', { mid: '0', freezeCount, totalFreezesDuration: freezeCount }),
    video('b', { mid: '1', freezeCount, totalFreezesDuration: freezeCount }),
  ];
  browser.now = both(1);
  await vi.advanceTimersByTimeAsync(5000);
  browser.hidden = '1';
  browser.now = both(3);
  await vi.advanceTimersByTimeAsync(5000);
  expect(experience.report, 'two of a, of b the first').toMatchObject({ freezes: 4, freezeMs: 4000 });
  browser.hidden = '';
  browser.now = both(4);
  await vi.advanceTimersByTimeAsync(5000);
  browser.now = [];
  await vi.advanceTimersByTimeAsync(5000);
  expect(experience.report, 'and what came after it, when they are over too').toMatchObject({ freezes: 6 });
  experience.stop();
});
