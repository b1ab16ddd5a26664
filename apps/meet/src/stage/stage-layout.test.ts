import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from './rect.ts';
import { type StageContent, stageLayout } from './stage-layout.ts';

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const isIn = ({ x, y, width, height }: Rect, w: number, h: number) =>
  x >= 0 && y >= 0 && x + width <= w + 1 && y + height <= h + 1;

const content = fc.record<StageContent>({
  main: fc.constantFrom('screen', 'camera', undefined),
  others: fc.integer({ min: 1, max: 120 }),
  floating: fc.constant(false),
});
const PHONE = [374, 640] as const;
const PHONE_ASIDE = [760, 320] as const;
const LAPTOP = [1256, 650] as const;

describe('stageLayout', () => {
  it('overlaps nothing, keeps all in view, and shows each tile on one page', () => {
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 300, max: 3000 }),
        fc.integer({ min: 240, max: 2000 }),
        (what, width, height) => {
          const { main, pages, places, pager } = stageLayout(what, width, height);
          let tiles = 0;
          for (let page = 0; page < pages; page++) {
            const rects = places(page);
            tiles += rects.length;
            expect(rects.length).toBeGreaterThan(0);
            const all = [...rects, main, pager].filter((rect) => rect !== undefined);
            for (const [index, rect] of all.entries()) {
              expect(isIn(rect, width, height), JSON.stringify(rect)).toBe(true);
              for (const other of all.slice(index + 1)) {
                expect(overlap(rect, other), JSON.stringify([rect, other])).toBe(false);
              }
            }
            for (const { width: w, height: h } of rects) expect(w * h).toBeGreaterThan(64 * 64);
          }
          expect(tiles).toBe(what.others);
        },
      ),
    );
  });

  it('gives what is large at least three times a small tile, and two fifths of the stage', () => {
    fc.assert(
      fc.property(content, fc.constantFrom(PHONE, PHONE_ASIDE, LAPTOP), (what, [width, height]) => {
        const { main, places } = stageLayout({ ...what, main: 'camera' }, width, height);
        const [small] = places(0);
        const area = (rect: Rect | undefined) => (rect ? rect.width * rect.height : 0);
        expect(area(main)).toBeGreaterThan(width * height * 0.4);
        if (what.others > 2) expect(area(main)).toBeGreaterThan(area(small) * 3);
      }),
    );
  });

  it.each([
    ['a laptop', LAPTOP, 25, 2],
    ['a phone', PHONE, 8, 7],
    ['a phone on its side', PHONE_ASIDE, 8, 7],
  ])('fifty people on %s', (_name, [width, height], size, pages) => {
    const layout = stageLayout({ main: undefined, others: 50, floating: false }, width, height);
    expect([layout.pageSize, layout.pages]).toEqual([size, pages]);
  });

  it('uses all of the stage when two people meet, with oneself in a corner', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 3000 }),
        fc.integer({ min: 240, max: 2000 }),
        (width, height) => {
          const { main, floating, pages } = stageLayout(
            { main: 'camera', others: 0, floating: true },
            width,
            height,
          );
          expect([main, pages]).toEqual([{ x: 0, y: 0, width, height }, 1]);
          expect(floating && isIn(floating, width, height)).toBe(true);
          if (floating) expect(floating.width * floating.height).toBeLessThan(width * height * 0.26);
        },
      ),
    );
  });
});
