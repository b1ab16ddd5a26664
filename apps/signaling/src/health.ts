import type { Health } from '@parley/protocol/rest';
import { countRooms } from './directory/directory.ts';
import type { Environment } from './environment.ts';
import { countNodes } from './fleet/fleets.ts';
import { webrtcConfig } from './settings.ts';

/** How long an isolate's answer holds, ms: nobody has to prove anything to ask, and each look asks a dozen objects. */
const HOLDS = 1_000;

let latest: { at: number; health: Health } | undefined;

/** How the server is, at most a second old. */
export async function health(env: Environment): Promise<Health> {
  if (latest !== undefined && Date.now() < latest.at + HOLDS) return latest.health;
  const [counts, nodes] = await Promise.all([countRooms(env), countNodes(env)]);
  const { max_rooms, max_participants } = webrtcConfig.rooms;
  const health: Health = {
    status: nodes > 0 ? 'healthy' : 'degraded',
    ...counts,
    config: { max_rooms, max_participants_per_room: max_participants },
  };
  latest = { at: Date.now(), health };
  return health;
}

/** Forgets the answer; for tests, which begin with an empty server each. */
export function forgetHealth(): void {
  latest = undefined;
}
