import { expect, it } from 'vitest';
import { sameView } from './same-view.ts';

const history: unknown[] = [];
const props = {
  tile: { key: 'ann', name: 'Ann', video: undefined as object | undefined },
  place: { x: 0, y: 0 },
  pinned: false,
  history,
};

it('is the same with a tile and a place made anew, and another where anything of them is', () => {
  const copy = { ...props, tile: { ...props.tile }, place: { ...props.place } };
  expect(sameView(props, copy)).toBe(true);
  expect(sameView(props, { ...copy, tile: { ...copy.tile, name: 'Anna' } })).toBe(false);
  expect(sameView(props, { ...copy, tile: { ...copy.tile, video: {} } })).toBe(false);
  expect(sameView(props, { ...copy, place: { x: 1, y: 0 } })).toBe(false);
  expect(sameView(props, { ...copy, pinned: true })).toBe(false);
});

it('compares what grows by identity: a list with one more measurement is another', () => {
  expect(sameView(props, { ...props, history: [] })).toBe(false);
});
