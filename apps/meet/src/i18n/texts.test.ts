import { ERRORS } from '@parley/protocol/errors';
import { describe, expect, it } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';
import { CAPTURE_CODES, UNMET_CODES } from './met-codes.ts';
import { isolated, pluralsOf, timeOfDay } from './wording.ts';

/** Every text by its place, and of functions how many arguments they take. */
function places(texts: object, path = ''): [string, number | 'text'][] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const place = `${path}${key}`;
    if (typeof value === 'function') return [[place, value.length]];
    return typeof value === 'string' ? [[place, 'text']] : places(value, `${place}.`);
  });
}

describe('the catalogues', () => {
  it('have the same texts with the same arguments in both languages', () => {
    expect(places(de)).toEqual(places(en));
  });

  it('leave nothing empty or untranslated by mistake', () => {
    const english = new Map(texts(en));
    const same = texts(de).filter(([place, text]) => text.trim() === '' || english.get(place) === text);
    expect(same.map(([place]) => place)).toEqual(['chat.title']);
  });

  it('have words for every error that a person can meet', () => {
    const known = [...Object.keys(en.errors), ...CAPTURE_CODES, ...UNMET_CODES];
    expect(Object.keys(ERRORS).filter((code) => !known.includes(code))).toEqual([]);
    expect(known.length, 'each code is in one place').toBe(new Set(known).size);
  });
});

it('chooses the form for a number', () => {
  expect([0, 1, 2].map(en.room.count)).toEqual([
    '0 people in the room',
    '1 person in the room',
    '2 people in the room',
  ]);
  expect(pluralsOf('pl')(3, { few: 'osoby', other: 'osób' })).toBe('osoby');
});

it('tells the time as in the person’s country', () => {
  const at = new Date(2026, 0, 1, 15, 5).getTime();
  expect(timeOfDay('en', at, ['de-DE', 'en-GB'])).toBe('15:05');
  expect(timeOfDay('en', at, ['en-US'])).toMatch(/^0?3:05\sPM$/);
});

it('keeps a name’s direction to itself', () => {
  expect(isolated('דנה')).toBe('\u2068דנה\u2069');
});

function texts(catalogue: object, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[`${path}${key}`, value]];
    return typeof value === 'object' ? texts(value, `${path}${key}.`) : [];
  });
}
