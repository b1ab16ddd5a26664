import { expect, it } from 'vitest';
import { sentTimes } from './sent-frames.ts';

/** Uneven intervals around 50 ms, that do not repeat. */
let seed = 7;
const DRAWN = Array.from({ length: 200 }, (_, index) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return 1_700_000_000_000 + index * 50 + (seed % 19);
});
const frames = (times: readonly number[], ssrc: number, width: number, begin: number) =>
  times.map((at, index) => ({
    rtp: (begin + Math.round((at - (DRAWN[0] ?? 0)) * 90 + (index % 3) * 20)) >>> 0,
    ssrc,
    width,
    key: index === 0,
  }));

it('what was sent is told by when it was drawn, for each layer, over the end of RTP time', () => {
  const large = DRAWN.slice(7, 150);
  const small = DRAWN.filter((_, index) => index % 3 !== 1);
  const sent = sentTimes(DRAWN, [
    ...frames(large, 1, 640, 2 ** 32 - 90_000),
    ...frames(small, 2, 320, 12_345),
  ]);
  expect([...sent.keys()]).toEqual([640, 320]);
  expect(sent.get(640)).toEqual(large);
  expect(sent.get(320)).toEqual(small);
});

it('a camera that was off goes on with a time that moved and settles', () => {
  const on = [...DRAWN.slice(0, 80), ...DRAWN.slice(110)];
  const late = frames(on, 1, 640, 500).map((frame, index) =>
    index < 80 ? frame : { ...frame, rtp: (frame.rtp + 90 * (55 + Math.min(8, index - 80))) >>> 0 },
  );
  expect(sentTimes(on, late).get(640)).toEqual(on);
});

it('frames of something else are not taken for what was drawn', () => {
  const others = DRAWN.map((at, index) => at - index * 17);
  expect(() => sentTimes(DRAWN, frames(others, 1, 640, 0))).toThrow(
    'frames that were sent are known to be drawn',
  );
});
