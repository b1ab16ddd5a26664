import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layersWanted, UNWATCHED_MS, WatchedLayers } from './watched-layers.ts';

const ann = {};
const bob = {};
const all = (layers: number) => new Map([['v', layers]]);

function camera(): WatchedLayers {
  const watched = new WatchedLayers();
  watched.add('v', 3, 0);
  return watched;
}

describe('layers that somebody watches', () => {
  it('are all that publishers send, about which nothing is said', () => {
    const watched = camera();
    watched.watch(ann, all(3), 1);
    expect(watched.next).toBeUndefined();
    expect(watched.due(UNWATCHED_MS * 10)).toEqual([]);
    expect(watched.told(['v']), 'and nothing is to be repeated').toEqual([]);
  });

  it('are as many as the one who wants most does', () => {
    const watched = camera();
    watched.watch(ann, all(1), 0);
    watched.watch(bob, all(2), 0);
    expect(watched.due(UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 2 }]);
    watched.watch(bob, new Map(), UNWATCHED_MS);
    expect(watched.due(2 * UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 1 }]);
    watched.watch(ann, new Map(), 2 * UNWATCHED_MS);
    expect(watched.due(3 * UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 0 }]);
  });

  it('are fewer only after a while, and more at once', () => {
    const watched = camera();
    watched.watch(ann, all(3), 10);
    watched.watch(ann, all(1), 1000);
    expect(watched.next).toBe(1000 + UNWATCHED_MS);
    expect(watched.due(999 + UNWATCHED_MS)).toEqual([]);
    expect(watched.due(1000 + UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 1 }]);
    expect(watched.due(2000 + UNWATCHED_MS), 'said once').toEqual([]);
    watched.watch(ann, all(3), 7000);
    expect(watched.due(7000)).toEqual([{ trackId: 'v', layers: 3 }]);
    expect(watched.told(['v', 'w'])).toEqual([{ trackId: 'v', layers: 3 }]);
  });

  it('do not change for a page that is turned back', () => {
    const watched = camera();
    watched.watch(ann, all(3), 0);
    watched.watch(ann, all(0), 1000);
    watched.watch(ann, all(3), 3000);
    expect(watched.next).toBeUndefined();
    watched.watch(ann, all(0), 4000);
    expect(watched.due(1000 + UNWATCHED_MS), 'the time begins anew').toEqual([]);
  });

  it('are none where nobody comes', () => {
    expect(camera().due(UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 0 }]);
  });

  it('stay as they were while the camera is off, and for a while after it', () => {
    const watched = camera();
    watched.watch(ann, all(3), 0);
    watched.mute('v', true, 100);
    watched.watch(ann, all(0), 200);
    expect(watched.next).toBeUndefined();
    expect(watched.due(200 + 2 * UNWATCHED_MS)).toEqual([]);
    watched.mute('v', false, 20_000);
    expect(watched.due(20_000)).toEqual([]);
    expect(watched.due(20_000 + UNWATCHED_MS)).toEqual([{ trackId: 'v', layers: 0 }]);
  });

  it('are forgotten with their track', () => {
    const watched = camera();
    watched.remove('v');
    watched.watch(ann, all(3), 0);
    expect([watched.next, watched.due(UNWATCHED_MS), watched.told(['v'])]).toEqual([undefined, [], []]);
  });

  it('are right however things go: never fewer than anybody wants, and in the end no more', () => {
    const step = fc.record({
      who: fc.constantFrom(ann, bob),
      layers: fc.integer({ min: 0, max: 4 }),
      after: fc.integer({ min: 0, max: 2 * UNWATCHED_MS }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const watched = camera();
        const wants = new Map<object, number>();
        let now = 0;
        let sent = 3;
        const pass = () => {
          for (const { layers } of watched.due(now)) sent = layers;
        };
        for (const { who, layers, after } of steps) {
          now += after;
          wants.set(who, Math.min(3, layers));
          watched.watch(who, all(layers), now);
          pass();
          expect(sent).toBeGreaterThanOrEqual(Math.max(...wants.values()));
        }
        now = watched.next ?? now;
        pass();
        expect(sent).toBe(Math.max(0, ...wants.values()));
      }),
    );
  });
});

it('what is not shown or what the server’s load pauses is not encoded; what bandwidth keeps back is, for it comes again by itself', () => {
  const choice = { requested: 'auto', applied: 'auto', spatialLayer: 2, ceiling: 2, priority: 1 } as const;
  expect(layersWanted(choice)).toBe(3);
  expect(layersWanted({ ...choice, paused: true, limitedBy: 'server-load' })).toBe(0);
  expect(layersWanted({ ...choice, paused: true, limitedBy: 'room-size' })).toBe(0);
  expect(layersWanted({ ...choice, paused: true, limitedBy: 'bandwidth' })).toBe(3);
  expect(layersWanted({ ...choice, hidden: true })).toBe(0);
});
