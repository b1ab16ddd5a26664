import { expect, it } from 'vitest';
import { HISTORY_MS, Series } from './series.ts';

it('keeps what is young enough, oldest first, and hands out copies', () => {
  const series = new Series(['bitrate', 'score']);
  expect(series.forget(0), 'nothing is there yet').toBe(true);
  for (let i = 0; i < 4; i++) series.add(i * 1000, { bitrate: i, score: 10 - i });
  const read = series.read();
  expect(read).toEqual({ at: [0, 1000, 2000, 3000], bitrate: [0, 1, 2, 3], score: [10, 9, 8, 7] });
  read.bitrate.push(9);
  series.add(HISTORY_MS + 1500, { bitrate: 4, score: 6 });
  expect(series.read()).toEqual({
    at: [2000, 3000, HISTORY_MS + 1500],
    bitrate: [2, 3, 4],
    score: [8, 7, 6],
  });
  expect(series.forget(HISTORY_MS + 3000)).toBe(false);
  expect(series.forget(2 * HISTORY_MS + 2000), 'all is too old').toBe(true);
});
