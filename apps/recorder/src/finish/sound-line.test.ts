import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opusDuration } from '../opus.ts';
import type { Sample } from './sample.ts';
import { soundLine } from './sound-line.ts';

const PACKET = Uint8Array.of(0x78, 1, 2, 3);

async function lay(times: number[], from?: number): Promise<Sample[]> {
  const packets = (async function* () {
    for (const at of times) yield { at, ms: 20, key: true, data: PACKET };
  })();
  const line: Sample[] = [];
  for await (const sample of soundLine(packets, from)) line.push(sample);
  return line;
}

describe('a line of sound', () => {
  it('has no gap and no overlap, and every packet within its length of its time', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.double({ min: 15, max: 25, noNaN: true }),
            fc.double({ min: 0, max: 3000, noNaN: true }),
          ),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        fc.double({ min: -500, max: 0, noNaN: true }),
        async (steps, from) => {
          let at = 0;
          const times = steps.map((step) => (at += step));
          const line = await lay(times, from);
          let end = from;
          for (const sample of line) {
            expect(sample.at).toBeCloseTo(end, 6);
            expect(opusDuration(sample.data)).toBe(sample.ms);
            end = sample.at + sample.ms;
          }
          const kept = line.filter(({ data }) => data === PACKET);
          for (const { at: put } of kept) {
            expect(Math.min(...times.map((time) => Math.abs(time - put)))).toBeLessThanOrEqual(20);
          }
          expect(Math.abs(end - (times.at(-1) ?? 0))).toBeLessThanOrEqual(41);
        },
      ),
    ));

  it('keeps all of what comes as it should, times rounded to milliseconds or not', async () => {
    const times = Array.from({ length: 500 }, (_, i) => Math.round(i * 20 + 0.4 * (i % 3)));
    expect(await lay(times)).toHaveLength(500);
  });

  it('follows a clock that runs slow, and one that runs fast', async () => {
    for (const step of [20.02, 19.98]) {
      const line = await lay(Array.from({ length: 5000 }, (_, i) => i * step));
      const last = line.at(-1);
      expect(Math.abs((last ? last.at : 0) - 4999 * step)).toBeLessThanOrEqual(20);
    }
  });
});
