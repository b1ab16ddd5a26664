import { expect, it } from 'vitest';
import { recordingFolder } from './folders.ts';

it('no id leaves the folder of the recordings', () => {
  expect(recordingFolder('/recordings', 'eu.rec-1_a')).toBe('/recordings/eu.rec-1_a');
  // As recordings of a jurisdiction begin.
  expect(recordingFolder('/recordings', 'eu~rec-1')).toBe('/recordings/eu~rec-1');
  for (const id of ['..', '~', '~root', '.work', '../etc', 'a/b', 'a\\b', '', ' ', 'a\0b', 'ä', 'a'.repeat(65)]) {
    expect(() => recordingFolder('/recordings', id), JSON.stringify(id)).toThrow('names no folder');
  }
});
