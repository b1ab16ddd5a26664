import { expect, it } from 'vitest';
import { initialChoice, isWanted } from './subscription-choice.ts';

it.each([
  [true, [], true],
  [true, ['a'], false],
  [false, [], false],
  [false, ['a'], true],
])('default %s except %j: a is wanted: %s', (otherwise, except, wanted) => {
  expect(isWanted({ default: otherwise, except: new Set(except) }, 'a')).toBe(wanted);
});

it('a ticket without the field wants all', () => {
  expect(isWanted(initialChoice(), 'a')).toBe(true);
  expect(isWanted(initialChoice(true), 'a')).toBe(true);
  expect(isWanted(initialChoice(false), 'a')).toBe(false);
});
