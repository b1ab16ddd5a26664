import { expect, it } from 'vitest';
import { latencyOf, type StreamCounts } from './frame-times.ts';

const NOTHING: StreamCounts = {
  encoded: 0,
  encoding: 0,
  sent: 0,
  pacing: 0,
  decoded: 0,
  decoding: 0,
  emitted: 0,
  buffered: 0,
  dropped: 0,
  roundTrip: 0,
};
const AFTER: StreamCounts = {
  ...{ encoded: 10, encoding: 0.05, sent: 20, pacing: 0.01, decoded: 10, decoding: 0.02 },
  ...{ emitted: 10, buffered: 0.3, dropped: 0, roundTrip: 0.001 },
};

it('frames that were read are told apart from those that were not, and times are of a frame', () => {
  const frames = [{ age: 60, afterReceipt: 45 }, { age: 90, afterReceipt: 65 }, {}];
  expect(latencyOf(frames, NOTHING, AFTER, 1.5)).toEqual({
    frames: 2,
    unread: 1,
    framesPerSecond: 2,
    age: { p50: 60, p95: 90, max: 90 },
    untilReceipt: { p50: 15, p95: 25, max: 25 },
    encoding: 5,
    pacing: 0.5,
    buffered: 30,
    decoding: 2,
    roundTrip: 1,
  });
});

it('nothing read is no latency of 0', () => {
  expect(() => latencyOf([{}], NOTHING, AFTER, 1)).toThrow('of 1 frames that were shown none could be read');
});
