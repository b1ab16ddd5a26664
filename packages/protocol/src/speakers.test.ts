import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Heard, hear, NOTHING_HEARD } from './speakers.ts';

const STEP = 200;

/** Hears levels for some looks each. */
function after(heard: Heard, ...parts: [looks: number, levels: Record<string, number>][]): Heard {
  let now = heard;
  for (const [looks, levels] of parts) {
    for (let look = 0; look < looks; look++) now = hear(now, new Map(Object.entries(levels)), STEP);
  }
  return now;
}
const who = ({ active }: Heard) => active.map(({ participantId }) => participantId);

describe('who speaks', () => {
  it('is whoever has been heard for a moment, the loudest first', () => {
    const heard = after(NOTHING_HEARD, [10, { ann: 0.5, bob: 0.7, eve: 0.1 }]);
    expect(heard.active).toEqual([
      { participantId: 'bob', level: 0.7 },
      { participantId: 'ann', level: 0.5 },
    ]);
  });

  it('does not flicker between syllables, and ends after a second of silence', () => {
    const voice = after(NOTHING_HEARD, [5, { ann: 0.6 }]);
    for (let pause = 1; pause <= 3; pause++) expect(who(after(voice, [pause, { ann: 0 }]))).toEqual(['ann']);
    expect(who(after(voice, [5, { ann: 0 }]))).toEqual([]);
  });

  it('is nobody who clicks with something, and nobody who is gone', () => {
    expect(who(after(NOTHING_HEARD, [1, { ann: 0.9 }]))).toEqual([]);
    expect(after(NOTHING_HEARD, [9, { ann: 0.6 }], [1, {}])).toMatchObject({
      active: [],
      dominant: undefined,
    });
  });

  it('is heard also in a page in the background, whose timers run once a second', () => {
    expect(who(hear(NOTHING_HEARD, new Map([['ann', 0.6]]), 1000))).toEqual(['ann']);
  });
});

describe('the dominant speaker', () => {
  const ann = after(NOTHING_HEARD, [20, { ann: 0.6, bob: 0 }]);

  it('stays while the room is silent', () => {
    expect(after(ann, [100, { ann: 0, bob: 0 }]).dominant).toBe('ann');
  });

  it('does not change for a cough, in her speech or after', () => {
    expect(after(ann, [3, { ann: 0.6, bob: 0.9 }], [10, { ann: 0.6, bob: 0 }]).dominant).toBe('ann');
    expect(after(ann, [10, { ann: 0, bob: 0 }], [3, { ann: 0, bob: 0.9 }]).dominant).toBe('ann');
  });

  it('changes when somebody else has spoken for a second', () => {
    expect(after(ann, [6, { ann: 0, bob: 0.6 }]).dominant).toBe('bob');
  });

  it('does not change while both speak alike, but for who is much louder than a noisy room', () => {
    expect(after(ann, [50, { ann: 0.6, bob: 0.65 }]).dominant).toBe('ann');
    const fan = after(NOTHING_HEARD, [50, { ann: 0.45 }]);
    expect(after(fan, [15, { ann: 0.45, bob: 0.7 }]).dominant).toBe('bob');
  });
});

describe('whatever the levels', () => {
  const NAMES = ['ann', 'bob', 'eve'];
  const level = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }));
  const looks = fc.array(
    fc.dictionary(fc.constantFrom(...NAMES), level).map((levels) => new Map(Object.entries(levels))),
    { maxLength: 80 },
  );

  it('speakers are among those heard, each once, with a level from 0 to 1; a dominant one does not leave for nobody', () => {
    fc.assert(
      fc.property(looks, (all) => {
        let heard = NOTHING_HEARD;
        for (const levels of all) {
          const before = heard;
          heard = hear(heard, levels, STEP);
          expect(new Set(who(heard)).size).toBe(heard.active.length);
          for (const { participantId, level } of heard.active) {
            expect(levels.has(participantId)).toBe(true);
            expect(level).toBeGreaterThanOrEqual(0);
            expect(level).toBeLessThanOrEqual(1);
          }
          if (before.dominant !== undefined && levels.has(before.dominant)) {
            expect(heard.dominant).toBeDefined();
          }
          if (heard.dominant !== undefined) expect(levels.has(heard.dominant)).toBe(true);
        }
      }),
    );
  });

  it('rings stay on for 0.8 s at least, and the dominant speaker for one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(level, level), { maxLength: 100 }), (all) => {
        let heard = NOTHING_HEARD;
        const since = new Map<string, number>();
        let dominantSince = Number.NEGATIVE_INFINITY;
        for (const [index, [a, b]] of all.entries()) {
          const at = index * STEP;
          const before = heard;
          heard = hear(
            heard,
            new Map([
              ['ann', a],
              ['bob', b],
            ]),
            STEP,
          );
          for (const id of ['ann', 'bob']) {
            const [was, is] = [before, heard].map((one) => who(one).includes(id));
            if (!was && is) since.set(id, at);
            if (was && !is) expect(at - (since.get(id) ?? at)).toBeGreaterThanOrEqual(800);
          }
          if (before.dominant !== heard.dominant) {
            if (before.dominant !== undefined) expect(at - dominantSince).toBeGreaterThanOrEqual(1000);
            dominantSince = at;
          }
        }
      }),
    );
  });
});
