import { expect, it } from 'vitest';
import { firstLanguage } from './language.ts';

it.each([
  ['?lang=de', 'en', ['en-GB'], 'de'],
  ['?lang=de-AT', undefined, [], 'de'],
  ['?lang=fr', 'de', ['en'], 'de'],
  ['', 'de', ['en'], 'de'],
  ['', undefined, ['fr-CH', 'de-CH', 'en'], 'de'],
  ['', undefined, ['fr'], 'en'],
  ['?lang=toString', undefined, [], 'en'],
] as const)('address %j, chosen %j, browser %j → %s', (search, remembered, preferred, expected) => {
  expect(firstLanguage(search, remembered, preferred)).toBe(expected);
});
