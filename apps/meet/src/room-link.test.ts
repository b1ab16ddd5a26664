import { describe, expect, it } from 'vitest';
import { recordingsOf, recordingsPath, roomOf, roomPath, testPath, tokenOf } from './room-link.ts';

it.each([
  ['/', '', undefined],
  ['/r/stand-up', '', 'stand-up'],
  ['/r/stand-up/', '?debug', 'stand-up'],
  ['/', '?room=stand-up', 'stand-up'],
  ['/r/', '', undefined],
  ['/r/a/b', '', undefined],
  ['/r/%E0%A4%A', '', 'E0A4A'],
])('%s%s leads to %s', (pathname, search, room) => {
  expect(roomOf({ pathname, search })).toBe(room);
});

it('leads back to the room it was made for', () => {
  expect(roomOf({ pathname: roomPath('a~b.c'), search: '' })).toBe('a~b.c');
  expect(roomPath('a', '?debug&lang=de&room=b')).toBe('/r/a?debug&lang=de');
});

it('leads to the connection test with the invitation, but not into the room', () => {
  expect(testPath({ search: '?room=a&lang=de', hash: '#token=t' })).toBe('/test?lang=de#token=t');
});

it.each([
  [undefined, '/recordings'],
  ['a~b', '/r/a~b/recordings'],
])('leads to the recordings of %s with the invitation, and knows them again', (room, pathname) => {
  const path = recordingsPath(room, { search: '?debug&x=1', hash: '#token=t' });
  expect(path).toBe(`${pathname}?debug#token=t`);
  expect(recordingsOf({ pathname })).toEqual(room === undefined ? {} : { room });
  expect(recordingsOf({ pathname: `${pathname}/` })).toEqual(recordingsOf({ pathname }));
  expect(roomOf({ pathname, search: '' })).toBeUndefined();
});

it.each(['/', '/r/a', '/r//recordings', '/recordings/a', '/r/a/b/recordings'])(
  '%s is no recordings',
  (pathname) => {
    expect(recordingsOf({ pathname })).toBeUndefined();
  },
);

describe('tokenOf', () => {
  it('takes the token of an invitation, and nothing else for one', () => {
    expect(tokenOf({ hash: '#token=a.b-c_d.e' })).toBe('a.b-c_d.e');
    for (const hash of ['', '#', '#token', '#chat'])
      expect(tokenOf({ hash }) || undefined, hash).toBeUndefined();
  });
});
