import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LevelMeter } from './measure-levels.ts';
import { LEVEL_MS, speakerTurns } from './speaker-turns.ts';

/** Levels of stretches, each of a length in seconds. */
const levels = (...parts: [seconds: number, level: number][]) =>
  parts.flatMap(([seconds, level]) => Array<number>((seconds * 1000) / LEVEL_MS).fill(level));

describe('turns of speakers', () => {
  it('begin with the first words, and a cough is none', () => {
    const turns = speakerTurns([
      { participantId: 'ann', from: 0, levels: levels([1, -90], [9, -20], [10, -60]) },
      { participantId: 'bob', from: 0, levels: levels([6, -90], [0.3, -5], [3.7, -90], [10, -25]) },
    ]);
    expect(turns).toEqual([
      { at: 1000, participantId: 'ann' },
      { at: 10_000, participantId: 'bob' },
    ]);
  });

  it('are none where all are quiet', () => {
    expect(speakerTurns([{ participantId: 'ann', from: 0, levels: levels([10, -50]) }])).toEqual([]);
    expect(speakerTurns([])).toEqual([]);
  });

  it('are in order, each of another one, and none ends before two seconds', () => {
    const loud = fc.array(fc.integer({ min: -127, max: 0 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.array(loud, { minLength: 1, maxLength: 4 }), (people) => {
        const turns = speakerTurns(
          people.map((each, i) => ({ participantId: `p${i}`, from: i * 130, levels: each })),
        );
        for (const [index, { at, participantId }] of turns.entries()) {
          if (index === 0) continue;
          expect(participantId).not.toBe(turns[index - 1]?.participantId);
          expect(at - (turns[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(2000 - 1e-6);
        }
      }),
    );
  });
});

describe('a meter of levels', () => {
  it('gives a level each 800 samples, in whatever portions they come', () => {
    const samples = Int16Array.from({ length: 1600 }, (_, i) => (i < 800 ? 16_384 : i % 2 ? 1 : -1));
    const bytes = new Uint8Array(samples.buffer);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 5 }), (portions) => {
        const meter = new LevelMeter();
        let at = 0;
        for (const portion of portions) {
          meter.take(bytes.subarray(at, at + portion));
          at += portion;
        }
        meter.take(bytes.subarray(at));
        expect(meter.levels).toEqual([-6, -90]);
      }),
    );
  });
});
