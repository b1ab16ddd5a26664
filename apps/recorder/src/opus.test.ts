import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opusDuration, opusSilence } from './opus.ts';

describe('Opus packets', () => {
  it.each([
    [[0x08], 20],
    [[0x18], 60],
    [[0xfc], 20],
    [[0x78], 20],
    [[0xf8, 0xff, 0xfe], 20],
    [[0x19], 120],
    [[0x7b, 0x03], 60],
    [[0xe0], 2.5],
    [[0xfb, 0x3f], 0],
    [[], 0],
  ])('%j sounds for %d ms', (bytes, ms) => {
    expect(opusDuration(Uint8Array.from(bytes))).toBe(ms);
  });

  it('of silence come to within 2.5 ms of what is missing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), (ms) => {
        const sum = [...opusSilence(ms)].reduce((all, silence) => all + opusDuration(silence.packet), 0);
        expect(sum).toBeLessThanOrEqual(ms);
        expect(ms - sum).toBeLessThan(2.5);
      }),
    );
  });
});
