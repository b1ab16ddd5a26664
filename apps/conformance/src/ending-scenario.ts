import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from './checks.ts';
import type { Visit } from './visit.ts';

/** How a server ends it for good: its last word, and the code of the close. */
export const ENDINGS = {
  'ends-with-room': { last: { type: 'room-closed', reason: 'deleted' }, code: 4410 },
  'ends-when-removed': {
    last: { type: 'error', code: 'kicked', message: 'You were removed from the room.' },
    code: 4403,
  },
} as const satisfies Partial<Record<Check, unknown>>;

/** How long who was sent away is watched, ms: longer than a client waits before it first tries again. */
const WATCHED_MS = 3000;

/** The server ends the client's stay: it must not come back. */
export async function playEnding(visit: Visit, check: keyof typeof ENDINGS): Promise<void> {
  const { last, code } = ENDINGS[check];
  await visit.check(check, async () => {
    visit.client.inject({ ...last, roomId: visit.room });
    visit.client.drop(code, 'the conformance kit says so');
    const end = performance.now() + WATCHED_MS;
    while (performance.now() < end) {
      if (visit.knocks)
        throw new Error(`it opened another socket after ${last.type} and the close code ${code}`);
      await sleep(50);
    }
  });
  await visit.stop();
}
