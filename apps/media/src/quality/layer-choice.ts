import type { Quality } from '@parley/protocol/track';

/** What a subscriber's wish comes to for a track with a number of layers. */
export interface LayerChoice {
  /** Index of the highest layer to send, 0 the lowest. */
  spatialLayer: number;
  /** The best the subscriber can get now. */
  applied: Quality;
  /** Why `applied` is not what was asked for. */
  limitedBy?: 'single-layer' | 'fewer-layers';
}

const ASCENDING = ['low', 'medium', 'high'] as const;

/**
 * Chooses the highest layer for a wish, by layer index: a publisher lists its layers from the smallest up.
 *
 * A publisher with two layers has `low` and `medium` (its camera fills no bigger box); one with more than three has
 * `high` at the top and `medium` in the middle. `auto` is the top: the worker goes below it by bandwidth, for every wish.
 *
 * @param layers how many spatial layers the publisher sends, 1 or more
 */
export function chooseLayer(wish: Quality, layers: number): LayerChoice {
  const top = layers - 1;
  if (wish === 'auto') return { spatialLayer: top, applied: 'auto' };
  if (layers === 1) return { spatialLayer: 0, applied: 'auto', limitedBy: 'single-layer' };
  switch (wish) {
    case 'low':
      return { spatialLayer: 0, applied: 'low' };
    case 'medium':
      return { spatialLayer: Math.max(1, Math.floor(top / 2)), applied: 'medium' };
    case 'high': {
      const applied = qualityOfLayer(top, layers);
      return { spatialLayer: top, applied, ...(applied !== wish && { limitedBy: 'fewer-layers' as const }) };
    }
  }
}

/**
 * The name of a layer as subscribers know it: the wish for which {@link chooseLayer} takes it, or the next better one.
 *
 * @param layers how many the track has, 2 or more: a single one has no name
 */
export function qualityOfLayer(layer: number, layers: number): Exclude<Quality, 'auto'> {
  const top = layers - 1;
  if (layer <= 0) return 'low';
  return layer >= top ? (ASCENDING[Math.min(top, 2)] ?? 'high') : 'medium';
}
