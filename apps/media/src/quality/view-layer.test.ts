import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerForView } from './view-layer.ts';

const LADDER = [
  { width: 320, height: 240 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];
const side = fc.integer({ min: 1, max: 4000 });
const layers = fc.integer({ min: 1, max: 5 });

describe('layerForView', () => {
  it('takes the lowest layer that is hardly scaled up', () => {
    expect(layerForView({ width: 160, height: 90 }, LADDER, 3), 'a tile of a crowd').toBe(0);
    expect(layerForView({ width: 400, height: 225 }, LADDER, 3), 'one of nine on a small screen').toBe(0);
    expect(layerForView({ width: 480, height: 270 }, LADDER, 3), '1.5 times as long').toBe(1);
    expect(layerForView({ width: 800, height: 450 }, LADDER, 3), 'one of four').toBe(1);
    expect(layerForView({ width: 1280, height: 720 }, LADDER, 3), 'all of the window').toBe(2);
    expect(layerForView({ width: 720, height: 1280 }, LADDER, 3), 'a phone held upright').toBe(2);
    expect(layerForView({ width: 180, height: 320 }, LADDER, 3), 'a small tile of one').toBe(0);
  });

  it('takes the best there is where all are too small', () => {
    expect(layerForView({ width: 1920, height: 1080 }, LADDER, 2)).toBe(1);
    expect(layerForView({ width: 1920, height: 1080 }, LADDER, 1)).toBe(0);
  });

  it('takes layers beyond the ladder for halves of its lowest', () => {
    expect(layerForView({ width: 160, height: 90 }, LADDER, 4)).toBe(0);
    expect(layerForView({ width: 320, height: 180 }, LADDER, 4)).toBe(1);
    expect(layerForView({ width: 1280, height: 720 }, LADDER, 4)).toBe(3);
  });

  it('stays where it is while a tile wobbles around a boundary', () => {
    const sizes = [410, 420, 412, 425, 405, 430].map((width) => ({ width, height: (width * 9) / 16 }));
    let present = layerForView({ width: 480, height: 270 }, LADDER, 3);
    const seen = sizes.map((view) => {
      present = layerForView(view, LADDER, 3, present);
      return present;
    });
    expect(seen, 'it was above the boundary and shrinks a little').toEqual([1, 1, 1, 1, 1, 1]);
    expect(layerForView({ width: 340, height: 191 }, LADDER, 3, present), 'clearly smaller').toBe(0);
  });

  it('is always a layer that is there, and never a lower one for a bigger view', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        layers,
        fc.option(fc.nat(5), { nil: undefined }),
        (width, height, more, count, before) => {
          const small = layerForView({ width, height }, LADDER, count, before);
          const big = layerForView({ width: width + more, height }, LADDER, count, before);
          expect(small).toBeGreaterThanOrEqual(0);
          expect(big).toBeLessThan(count);
          expect(big).toBeGreaterThanOrEqual(small);
        },
      ),
    );
  });

  it('answers the same when asked again', () => {
    fc.assert(
      fc.property(
        side,
        side,
        layers,
        fc.option(fc.nat(5), { nil: undefined }),
        (width, height, count, before) => {
          const first = layerForView({ width, height }, LADDER, count, before);
          expect(layerForView({ width, height }, LADDER, count, first)).toBe(first);
        },
      ),
    );
  });
});
