import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_ORDER, sequence, type TileOrder, withInFront, withTiles } from './tile-order.ts';

const ordered = (keys: string) => withTiles(NO_ORDER, [...keys]);
const text = ({ keys }: TileOrder) => keys.join('');

it('leaves everybody in place when somebody comes, and closes up when somebody goes', () => {
  const order = ordered('abc');
  expect(withTiles(order, ['a', 'b', 'c'])).toBe(order);
  expect(withTiles(order, ['c', 'a', 'b'])).toBe(order);
  expect(text(withTiles(order, ['x', 'a', 'b', 'c']))).toBe('abcx');
  expect(text(withTiles(order, ['a', 'c', 'x']))).toBe('acx');
});

it('moves nobody for who is in front already', () => {
  expect(text(withInFront(ordered('abcdef'), 'b', 3))).toBe('abcdef');
});

it('changes places with who was wanted in front longest ago', () => {
  const order = ['b', 'a', 'c', 'e', 'f'].reduce((now, key) => withInFront(now, key, 3), ordered('abcdef'));
  // b gave way to e, then a to f.
  expect(text(order)).toBe('fecdba');
});

it('takes nobody in who is gone', () => {
  const order = ordered('abc');
  expect(withInFront(order, 'x', 2)).toBe(order);
});

it('moves two tiles at most, loses none, and has who is wanted on the first page', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(59), { maxLength: 40 }),
      fc.integer({ min: 1, max: 25 }),
      (keys, wishes, first) => {
        let order = withTiles(NO_ORDER, keys);
        for (const wish of wishes) {
          const key = keys[wish % keys.length] ?? '';
          const before = order.keys;
          order = withInFront(order, key, first);
          expect(order.keys.indexOf(key)).toBeLessThan(first);
          expect(order.keys.filter((one, index) => one !== before[index]).length).toBeLessThanOrEqual(2);
          expect([...order.keys].sort()).toEqual([...keys].sort());
        }
      },
    ),
  );
});

it('puts screens first, and oneself last on the first page', () => {
  const tile = (name: string, source: 'camera' | 'screen' = 'camera') => ({
    name,
    source,
    isSelf: name === 'me',
  });
  const names = (size: number) =>
    sequence([tile('a'), tile('me'), tile('b'), tile('b’s', 'screen'), tile('c')], size).map(
      ({ name }) => name,
    );
  expect(names(25)).toEqual(['b’s', 'a', 'b', 'c', 'me']);
  expect(names(3)).toEqual(['b’s', 'a', 'me', 'b', 'c']);
  expect(names(1)).toEqual(['me', 'b’s', 'a', 'b', 'c']);
});
