import { expect, it } from 'vitest';
import { byteRange } from './byte-range.ts';

it.each([
  [undefined, 'all'],
  ['bytes=0-', { offset: 0, length: 10 }],
  ['bytes=0-0', { offset: 0, length: 1 }],
  ['bytes=3-5', { offset: 3, length: 3 }],
  ['bytes=9-99', { offset: 9, length: 1 }],
  ['bytes=-4', { offset: 6, length: 4 }],
  ['bytes=-99', { offset: 0, length: 10 }],
  ['bytes=-0', 'none'],
  ['bytes=10-', 'none'],
  ['bytes=5-3', 'all'],
  ['bytes=0-1,3-4', 'all'],
  ['bytes=-', 'all'],
  ['bytes=a-b', 'all'],
  ['chunks=0-1', 'all'],
  ['bytes=99999999999999999999-', 'all'],
])('%s of ten bytes', (header, expected) => {
  expect(byteRange(header, 10)).toEqual(expected);
});
