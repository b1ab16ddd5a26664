import type { Source } from '@parley/protocol/grants';
import type { Quality } from '@parley/protocol/track';

/**
 * What a room that uses too much loses, in this order; each step keeps those before it. Nothing here takes audio from
 * anybody who is in the call.
 *
 * - `refuse`: new participants get no session.
 * - `medium`, `low`: no subscriber gets a higher layer.
 * - `no-cameras`, `no-screens`: they are not forwarded.
 */
export const SHED_STEPS = ['none', 'refuse', 'medium', 'low', 'no-cameras', 'no-screens'] as const;
export type ShedStep = (typeof SHED_STEPS)[number];

/** What subscribers of a room may get at the most. */
export interface VideoLimit {
  /** The best layer, as a wish for it would choose it. */
  quality: Quality;
  /** Not forwarded at all. */
  paused: readonly Source[];
}

/** Everything, as wished. */
export const NO_LIMIT: VideoLimit = { quality: 'auto', paused: [] };

/** What a step leaves of video. */
export function limitOf(step: ShedStep): VideoLimit {
  switch (step) {
    case 'none':
    case 'refuse':
      return NO_LIMIT;
    case 'medium':
      return { quality: 'medium', paused: [] };
    case 'low':
      return { quality: 'low', paused: [] };
    case 'no-cameras':
      return { quality: 'low', paused: ['camera'] };
    case 'no-screens':
      return { quality: 'low', paused: ['camera', 'screen'] };
  }
}
