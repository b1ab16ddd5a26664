import { expect, it } from 'vitest';
import { longestStill, moves } from './stillness.ts';

const every100ms = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 100) }, (_, index) => from + index * 100);

it('the longest of all pauses counts, and none from before', () => {
  const frames = [
    ...every100ms(0, 1_000),
    ...every100ms(11_000, 15_100),
    ...every100ms(17_000, 18_100),
    ...every100ms(22_000, 23_000),
  ];
  expect(longestStill(frames, 15_000)).toBe(4);
  expect(longestStill(every100ms(0, 20_000), 5_000)).toBe(0.1);
});

it('a picture moves while frames come', () => {
  const frames = every100ms(0, 3_000);
  expect(moves(frames, 3_000)).toBe(true);
  expect(moves(frames, 4_400)).toBe(false);
});
