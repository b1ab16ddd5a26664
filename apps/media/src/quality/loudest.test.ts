import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_STAGE, forwardedTo, MIN_STAY_MS, type Stage, seat } from './loudest.ts';

const ALL = ['ann', 'bob', 'cem', 'dan', 'eve'];

/** A room over time: who speaks, at which level, and who has. */
class Room {
  stage: Stage = EMPTY_STAGE;
  now = 0;
  candidates = ALL;
  #recent: string[] = [];
  readonly #loudest: number;

  constructor(loudest = 2) {
    this.#loudest = loudest;
    this.hear({});
  }

  /** Some milliseconds later these speak. @returns who sits */
  hear(levels: Record<string, number>, after = 0, loudest = this.#loudest): string[] {
    this.now += after;
    const active = Object.entries(levels)
      .map(([participantId, level]) => ({ participantId, level }))
      .sort((a, b) => b.level - a.level);
    const speaking = active.map(({ participantId }) => participantId);
    this.#recent = [...speaking, ...this.#recent.filter((id) => !speaking.includes(id))];
    const speech = { active, recent: this.#recent };
    this.stage = seat(this.stage, { candidates: this.candidates, speech, loudest, now: this.now });
    return this.stage.seats.map(({ participantId }) => participantId);
  }
}

describe('who is forwarded', () => {
  it('before anybody has spoken: who came first', () => {
    expect(new Room(2).hear({})).toEqual(['ann', 'bob']);
    expect(new Room(9).hear({})).toEqual(ALL);
  });

  it('who speaks takes the seat of who has been silent for longest, at once', () => {
    const room = new Room(2);
    expect(room.hear({ eve: 0.5 }, 1), 'bob came after ann').toEqual(['ann', 'eve']);
    expect(room.hear({ dan: 0.5 }, 1), 'ann has said nothing').toEqual(['dan', 'eve']);
    expect(room.hear({ cem: 0.5 }, MIN_STAY_MS), 'eve spoke before dan').toEqual(['dan', 'cem']);
  });

  it('a seat is kept for a moment by who has just taken it, and is taken when that is over', () => {
    const room = new Room(1);
    room.hear({ eve: 0.5 }, 1);
    expect(room.hear({ dan: 0.5 }, 1000)).toEqual(['eve']);
    expect(room.stage.waits).toBe(true);
    expect(room.hear({ dan: 0.5 }, MIN_STAY_MS - 1000)).toEqual(['dan']);
    expect(room.stage.waits).toBe(false);
  });

  it('who speaks is put off their seat by who is clearly louder only', () => {
    const room = new Room(2);
    room.hear({ ann: 0.5, bob: 0.6 }, 1);
    expect(room.hear({ ann: 0.5, bob: 0.6, cem: 0.55 }, 10_000)).toEqual(['ann', 'bob']);
    expect(room.stage.waits).toBe(true);
    expect(room.hear({ ann: 0.5, bob: 0.6, cem: 0.65 }, 100)).toEqual(['cem', 'bob']);
  });

  it('silence changes nothing, and who leaves is followed by who spoke last, then by who came first', () => {
    const room = new Room(2);
    room.hear({ eve: 0.5 }, 1);
    room.hear({ dan: 0.5 }, 5000);
    expect(room.hear({}, 100_000)).toEqual(['dan', 'eve']);
    room.candidates = ALL.filter((id) => id !== 'eve');
    expect(room.hear({}), 'nobody else has spoken').toEqual(['dan', 'ann']);
    room.hear({ bob: 0.5 }, 5000);
    room.hear({ cem: 0.5 }, 5000);
    room.candidates = ['ann', 'bob', 'dan'];
    expect(room.hear({}), 'dan spoke before bob, ann never').toEqual(['bob', 'dan']);
  });

  it('follows the number of seats', () => {
    const room = new Room(3);
    room.hear({ eve: 0.5 }, 1);
    expect(room.hear({}, 1, 1)).toEqual(['eve']);
    expect(room.hear({}, 1, 4)).toEqual(['eve', 'ann', 'bob', 'cem']);
  });
});

describe('to whom', () => {
  it('nobody gets themselves: who sits gets the next', () => {
    const room = new Room(2);
    room.hear({ eve: 0.5 }, 1);
    room.hear({ dan: 0.5 }, 5000);
    expect(forwardedTo(room.stage, 'ann')).toEqual(['dan', 'eve']);
    expect(forwardedTo(room.stage, 'dan')).toEqual(['ann', 'eve']);
    expect(forwardedTo(room.stage, 'nobody who publishes')).toEqual(['dan', 'eve']);
    room.candidates = ['dan'];
    room.hear({}, 1);
    expect(forwardedTo(room.stage, 'dan')).toEqual([]);
  });
});

describe('whatever is said', () => {
  const step = fc.record({
    levels: fc.dictionary(fc.constantFrom(...ALL), fc.double({ min: 0.3, max: 1, noNaN: true })),
    here: fc.subarray(ALL),
    after: fc.integer({ min: 0, max: 4000 }),
  });

  it('all seats are taken where there is somebody, each by one who is there, and nobody is kept waiting for a silent one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, loudest) => {
        const room = new Room(loudest);
        for (const { levels, here, after } of steps) {
          room.candidates = here;
          const present = Object.fromEntries(Object.entries(levels).filter(([id]) => here.includes(id)));
          const before = room.stage.seats;
          const sitting = room.hear(present, after);
          expect(new Set(sitting).size).toBe(Math.min(loudest, here.length));
          expect(here).toEqual(expect.arrayContaining(sitting));
          const { now, stage } = room;
          const silent = stage.seats.filter(({ participantId }) => present[participantId] === undefined);
          const speakers = Object.keys(present).filter((id) => !sitting.includes(id));
          if (silent.some(({ since }) => now - since >= MIN_STAY_MS)) expect(speakers).toEqual([]);
          expect(stage.waits).toBe(speakers.length > 0);
          // Who speaks and sits stays for a while, whatever happens but that it leaves.
          for (const { participantId, since } of before) {
            if (present[participantId] === undefined || now - since >= MIN_STAY_MS) continue;
            expect(sitting).toContain(participantId);
          }
          for (const id of ALL) {
            const got = forwardedTo(stage, id);
            expect(got).not.toContain(id);
            expect(new Set(got).size).toBe(Math.min(loudest, here.filter((other) => other !== id).length));
          }
        }
      }),
    );
  });
});
