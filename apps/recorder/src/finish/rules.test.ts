import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseContainer } from './container.ts';
import { mergeSpans } from './missing.ts';
import { Progress } from './progress.ts';

describe('spans that are missing', () => {
  it('are in order, apart, not too many, and hold all that was given', () => {
    const span = fc
      .tuple(fc.nat(1000), fc.integer({ min: 1, max: 50 }))
      .map(([from, ms]) => ({ from, to: from + ms }));
    fc.assert(
      fc.property(fc.array(span), fc.integer({ min: 1, max: 10 }), (spans, most) => {
        const merged = mergeSpans(spans, most);
        expect(merged.length).toBeLessThanOrEqual(most);
        for (const [index, { from }] of merged.entries())
          expect(from).toBeGreaterThan(merged[index - 1]?.to ?? -1);
        for (const { from, to } of spans) {
          expect(merged.some((each) => each.from <= from && to <= each.to)).toBe(true);
        }
      }),
    );
  });
});

describe('progress', () => {
  it('never goes back, and ends at 1', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.double({ min: -1, max: 2, noNaN: true })));
    fc.assert(
      fc.property(steps, (reached) => {
        const told: number[] = [];
        const progress = new Progress((done) => told.push(done));
        for (let step = 0; step < 4; step++) progress.add(`${step}`, step + 1);
        for (const [step, done] of reached) progress.reach(`${step}`, done);
        for (let step = 0; step < 4; step++) progress.reach(`${step}`, 1);
        expect(told).toEqual([...told].sort((a, b) => a - b));
        expect(told.at(-1)).toBe(1);
      }),
    );
  });
});

describe('a container', () => {
  it.each([
    ['webm', ['vp8'], 'webm', 'vp8', ['vp8']],
    ['webm', ['av1'], 'webm', 'av1', ['av1']],
    ['webm', ['h264'], 'mp4', 'h264', ['h264']],
    ['mp4', ['vp9'], 'mp4', 'vp9', ['vp9']],
    ['mp4', ['vp8'], 'mp4', 'h264', []],
    ['webm', ['vp8', 'h264'], 'webm', 'vp8', ['vp8']],
    ['mp4', ['vp9', 'h264'], 'mp4', 'h264', []],
    ['webm', ['h265'], 'webm', 'vp8', []],
    ['webm', [], 'webm', 'vp8', ['vp8']],
    ['mp4', [], 'mp4', 'h264', []],
  ] as const)('for %s, of %j, is %s of %s', (format, codecs, container, codec, kept) => {
    const choice = chooseContainer(format, codecs);
    expect(choice).toMatchObject({ container, codec });
    expect(codecs.filter((each) => choice.keeps(each))).toEqual(
      kept.filter((each) => (codecs as readonly string[]).includes(each)),
    );
  });
});
