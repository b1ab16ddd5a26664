import { expect, it } from 'vitest';
import { TrackClock } from './track-clock.ts';

/** A report at a second of 1970. */
const report = (ssrc: number, second: number, rtpTs: number) => ({
  ssrc,
  ntpSec: 2_208_988_800 + second,
  ntpFrac: 2 ** 31,
  rtpTs,
});

it('of one stream, a report is passed on as it is', () => {
  const clock = new TrackClock(48_000, 7);
  expect(clock.report).toBeUndefined();
  expect(clock.reported(report(7, 10, 480))).toBe(true);
  expect(clock.report).toEqual({ ntp: 10_500, rtp: 480 });
  expect(clock.reported(report(7, 11, 48_480)), 'that is no news').toBe(false);
  expect(clock.report).toEqual({ ntp: 11_500, rtp: 48_480 });
});

it('a report without a time says nothing', () => {
  const clock = new TrackClock(48_000, 7);
  expect(clock.reported({ ssrc: 7, ntpSec: 0, ntpFrac: 0, rtpTs: 5 })).toBe(false);
  expect(clock.report).toBeUndefined();
});

it('of simulcast, what is sent of which layer is seen by key frames', () => {
  const clock = new TrackClock(90_000);
  expect(clock.reported(report(1, 10, 1_000)), 'nobody knows yet what is sent').toBe(false);
  clock.came({ ssrc: 1, timestamp: 10_000 });
  expect(clock.sent(10_000)).toBe(true);
  expect(clock.report, 'true from the key frame on').toEqual({ ntp: 10_600, rtp: 10_000 });
  clock.reported(report(1, 11, 91_000));
  expect(clock.report).toEqual({ ntp: 11_500, rtp: 91_000 });
});

it('another layer, moved by a frame, holds from its key frame on', () => {
  const clock = new TrackClock(90_000);
  clock.reported(report(1, 10, 1_000));
  clock.came({ ssrc: 1, timestamp: 10_000 });
  clock.sent(10_000);
  // The same moments, on a line of its own.
  expect(clock.reported(report(2, 10, 501_000))).toBe(false);
  clock.came({ ssrc: 1, timestamp: 19_000 });
  clock.sent(19_000);
  clock.came({ ssrc: 2, timestamp: 519_000 });
  expect(clock.sent(19_000 + 2_970)).toBe(true);
  expect(clock.report).toEqual({ ntp: 10_700, rtp: 21_970 });
  clock.reported(report(2, 11, 591_000));
  expect(clock.report).toEqual({ ntp: 11_500, rtp: 93_970 });
});

it('a layer of which nothing was reported is told of with its first report, over the wrap', () => {
  const clock = new TrackClock(90_000);
  clock.came({ ssrc: 3, timestamp: 100 });
  expect(clock.sent(2 ** 32 - 800)).toBe(false);
  expect(clock.report).toBeUndefined();
  expect(clock.reported(report(3, 20, 2 ** 32 - 8_900))).toBe(true);
  expect(clock.report).toEqual({ ntp: 20_600, rtp: 2 ** 32 - 800 });
});

it('a key frame that is sent again is none of the layer that came meanwhile', () => {
  const clock = new TrackClock(90_000);
  clock.reported(report(1, 10, 1_000));
  clock.came({ ssrc: 1, timestamp: 10_000 });
  clock.sent(10_000);
  clock.came({ ssrc: 2, timestamp: 777_000 });
  expect(clock.sent(10_000), 'lost on the way').toBe(false);
  expect(clock.report?.rtp).toBe(10_000);
  clock.came({ ssrc: 1, timestamp: 55_000 });
  expect(clock.sent(55_000), 'the layer goes on').toBe(false);
});
