import { expect, it } from 'vitest';
import { hueOf, initialsOf } from './initials.ts';

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Grace Brewster Murray Hopper', 'GH'],
  ['jean-luc', 'JL'],
  ['Émile (guest)', 'ÉG'],
  ['李 小龍', '李小'],
  ['🙂', '🙂'],
  [' 👩‍👩‍👧‍👦🙂', '👩‍👩‍👧‍👦'],
  ['', '?'],
])('%s → %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('gives a name always the same colour', () => {
  expect(hueOf('Ada')).toBe(hueOf('Ada'));
  expect(hueOf('Ada')).not.toBe(hueOf('Bob'));
});
