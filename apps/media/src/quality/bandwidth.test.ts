import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_FITS,
  type BandwidthState,
  isStarved,
  judge,
  type LinkMeasure,
  type VideoNeed,
} from './bandwidth.ts';

const LINK: LinkMeasure = { estimate: 1e6, most: 1e9, floor: 100_000, loss: 0, sent: 1e6, audio: 40_000 };
const SHARE: VideoNeed = { trackId: 'screen', priority: 160, need: 1_500_000, dropped: false };
const FACE: VideoNeed = { trackId: 'face', priority: 1, need: 70_000, dropped: false };

/** Looks at the link for some time, twice a second. */
class Watch {
  state: BandwidthState = ALL_FITS;
  now = 0;
  flips = 0;

  look(link: Partial<LinkMeasure>, videos: readonly VideoNeed[], seconds = 0.5): this {
    for (const end = this.now + seconds * 1000; this.now < end; ) {
      this.now += 500;
      const before = this.state;
      this.state = judge(before, { ...LINK, ...link }, videos, this.now);
      for (const { trackId } of videos) {
        if (isStarved(before, trackId) !== isStarved(this.state, trackId)) this.flips++;
      }
    }
    return this;
  }

  get starved(): string[] {
    return [...this.state.keys()].filter((trackId) => isStarved(this.state, trackId)).sort();
  }
}

describe('judge', () => {
  it('leaves alone what fits', () => {
    expect(new Watch().look({ estimate: 3e6 }, [SHARE, FACE], 20).starved).toEqual([]);
  });

  it('takes off a video of one layer, which the worker would send to a link that does not carry it, not at once', () => {
    const watch = new Watch();
    expect(watch.look({ estimate: 300_000 }, [SHARE], 1).starved).toEqual([]);
    expect(watch.look({ estimate: 300_000 }, [SHARE], 1.5).starved).toEqual(['screen']);
  });

  it('takes a dip of the estimate for what it is', () => {
    const watch = new Watch().look({ estimate: 3e6 }, [SHARE], 5);
    expect(watch.look({ estimate: 300_000 }, [SHARE], 1).look({ estimate: 3e6 }, [SHARE], 5).flips).toBe(0);
  });

  it('takes the least important first, and keeps a small one where a big one does not fit', () => {
    const pinned = { ...FACE, trackId: 'pinned', priority: 200 };
    expect(new Watch().look({ estimate: 120_000 }, [FACE, pinned], 3).starved).toEqual(['face']);
    expect(new Watch().look({ estimate: 300_000 }, [SHARE, FACE], 3).starved).toEqual(['screen']);
  });

  it('counts sound first', () => {
    const watch = new Watch().look({ estimate: 100_000, audio: 90_000 }, [FACE], 3);
    expect(watch.starved).toEqual(['face']);
  });

  it('believes no estimate that is at its floor while packets are lost', () => {
    const link = { estimate: 100_000, audio: 30_000 };
    expect(new Watch().look({ ...link, loss: 0 }, [FACE], 5).starved, 'it may be').toEqual([]);
    expect(new Watch().look({ ...link, loss: 0.4, sent: 100_000 }, [FACE], 5).starved).toEqual(['face']);
  });

  it('keeps off what the worker has dropped, until it fits with room to spare', () => {
    const dropped = { ...FACE, dropped: true };
    const watch = new Watch().look({ estimate: 105_000, most: 1e6 }, [SHARE, dropped], 2.5);
    expect(watch.starved).toEqual(['face', 'screen']);
    watch.look({ estimate: 400_000, most: 1e6 }, [SHARE, FACE], 3);
    expect(watch.starved).toEqual(['screen']);
  });

  it('brings it back when there is room', () => {
    const watch = new Watch().look({ estimate: 300_000 }, [SHARE, FACE], 3);
    expect(watch.look({ estimate: 3e6 }, [SHARE, FACE], 4).starved).toEqual([]);
  });

  it('tries the most important when nothing flows that could tell of room, and waits twice as long each time', () => {
    const watch = new Watch().look({ estimate: 300_000 }, [SHARE], 2.5);
    const tries: number[] = [];
    let off = isStarved(watch.state, 'screen');
    for (let step = 0; step < 200; step++) {
      watch.look({ estimate: 300_000 }, [SHARE]);
      const now = isStarved(watch.state, 'screen');
      if (off && !now) tries.push(watch.now);
      off = now;
    }
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(3);
    expect(gaps, 'never shorter').toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1), 'and not for ever').toBeLessThanOrEqual(19_000);
  });

  it('gives up a trial at once when packets are lost', () => {
    const watch = new Watch().look({ estimate: 300_000 }, [SHARE], 2.5);
    while (isStarved(watch.state, 'screen')) watch.look({ estimate: 300_000 }, [SHARE]);
    expect(watch.look({ estimate: 300_000, loss: 0.5 }, [SHARE], 1).starved).toEqual(['screen']);
  });

  it('tries what the estimate cannot tell of, since it is never above what is sent', () => {
    const watch = new Watch().look({ estimate: 300_000 }, [SHARE, FACE], 3);
    const bounded = { estimate: 950_000, most: 1e6 };
    let tried = false;
    for (let step = 0; step < 20; step++) tried ||= watch.look(bounded, [SHARE, FACE]).starved.length === 0;
    expect(tried).toBe(true);
    expect(watch.look({ estimate: 3e6 }, [SHARE, FACE], 20).starved, 'it fits').toEqual([]);
  });
});

const need = fc.integer({ min: 20_000, max: 3_000_000 });
const priority = fc.constantFrom(1, 3, 120, 160, 200);
const videos = fc
  .array(fc.record({ priority, need, dropped: fc.constant(false) }), { minLength: 1, maxLength: 12 })
  .map((all) => all.map((video, index) => ({ ...video, trackId: `t${index}` })));
const estimate = fc.integer({ min: 30_000, max: 10_000_000 });

describe('whatever the link', () => {
  it('nobody is paused before somebody less important who takes as much', () => {
    fc.assert(
      fc.property(videos, estimate, (all, bits) => {
        const watch = new Watch().look({ estimate: bits }, all, 2);
        for (const paused of all.filter(({ trackId }) => isStarved(watch.state, trackId))) {
          for (const other of all) {
            if (other.priority >= paused.priority || other.need < paused.need) continue;
            expect(isStarved(watch.state, other.trackId), `${other.trackId} after ${paused.trackId}`).toBe(
              true,
            );
          }
        }
      }),
    );
  });

  it('what stays fits, and what is paused would not have', () => {
    fc.assert(
      fc.property(videos, estimate, (all, bits) => {
        const watch = new Watch().look({ estimate: bits }, all, 2);
        const sum = (some: readonly VideoNeed[]) => some.reduce((total, one) => total + one.need, 0);
        const stays = all.filter(({ trackId }) => !isStarved(watch.state, trackId));
        const room = Math.max(0, bits - LINK.audio);
        expect(sum(stays)).toBeLessThanOrEqual(room * 1.2 + 1);
        if (sum(all) <= room) expect(stays).toHaveLength(all.length);
      }),
    );
  });

  it('an estimate that is noisy around a need turns a video off at most once, and not on again', () => {
    const noise = fc.array(fc.double({ min: -0.09, max: 0.09, noNaN: true }), {
      minLength: 60,
      maxLength: 60,
    });
    const level = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(noise, level, (deviations, around) => {
        const watch = new Watch();
        // Something else flows, which tells of room.
        for (const deviation of deviations) {
          const estimate = (SHARE.need * around + 100_000) * (1 + deviation);
          watch.look({ estimate, audio: 0 }, [
            { ...SHARE, priority: 1 },
            { ...FACE, priority: 200 },
          ]);
        }
        expect(watch.flips).toBeLessThanOrEqual(1);
      }),
    );
  });
});
