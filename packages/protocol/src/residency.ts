import { z } from 'zod';

/**
 * Where a room's data may be: its object and its entry in lists are made there (Cloudflare's jurisdictions), its nodes are
 * those of the regions that `residency` names.
 */
export const Jurisdiction = z.enum(['eu', 'fedramp']);
export type Jurisdiction = z.infer<typeof Jurisdiction>;

/**
 * The jurisdiction of a room: its id begins with it, `eu~standup`. Whoever has the id finds the object without asking
 * anybody outside of the jurisdiction.
 */
export function jurisdictionOf(roomId: string): Jurisdiction | undefined {
  return Jurisdiction.options.find((jurisdiction) => roomId.startsWith(prefixOf(jurisdiction)));
}

/** How the ids of a jurisdiction's rooms begin. */
export function prefixOf(jurisdiction: Jurisdiction): string {
  return `${jurisdiction}~`;
}
