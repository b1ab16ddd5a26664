import { Quality } from '@parley/protocol/track';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLayer } from './layer-choice.ts';

describe('chooseLayer', () => {
  it('maps the three names to the three layers', () => {
    expect(chooseLayer('low', 3)).toEqual({ spatialLayer: 0, applied: 'low' });
    expect(chooseLayer('medium', 3)).toEqual({ spatialLayer: 1, applied: 'medium' });
    expect(chooseLayer('high', 3)).toEqual({ spatialLayer: 2, applied: 'high' });
    expect(chooseLayer('auto', 3)).toEqual({ spatialLayer: 2, applied: 'auto' });
  });

  it('says that a single layer leaves no choice', () => {
    for (const wish of ['low', 'medium', 'high'] as const) {
      expect(chooseLayer(wish, 1), wish).toEqual({
        spatialLayer: 0,
        applied: 'auto',
        limitedBy: 'single-layer',
      });
    }
    expect(chooseLayer('auto', 1), 'auto asks for nothing that is missing').toEqual({
      spatialLayer: 0,
      applied: 'auto',
    });
  });

  it('says that a small camera has no high layer', () => {
    expect(chooseLayer('high', 2)).toEqual({ spatialLayer: 1, applied: 'medium', limitedBy: 'fewer-layers' });
    expect(chooseLayer('medium', 2)).toEqual({ spatialLayer: 1, applied: 'medium' });
  });

  it('never leaves the layers there are, and never gives a better wish a worse layer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (layers) => {
        const indexes = (['low', 'medium', 'high', 'auto'] as const).map(
          (wish) => chooseLayer(wish, layers).spatialLayer,
        );
        expect(indexes, `with ${layers} layers`).toEqual([...indexes].sort((a, b) => a - b));
        expect(Math.min(...indexes)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...indexes)).toBeLessThan(layers);
      }),
    );
    expect(Quality.options).toHaveLength(4);
  });
});
