import { socketUrl } from '../socket-url.ts';
import { reasonOf } from './call-rules.ts';
import type { Check } from './check.ts';
import { PASSED } from './result.ts';
import { TestCall } from './test-call.ts';
import { orAborted } from './until.ts';

const TIMEOUT = 10_000;

/** Whether a socket opens, comes back from a ping, and lets one join. */
export const signalingCheck: Check<'signaling'> = {
  name: 'signaling',
  needs: 'browser',
  async find(context) {
    const { url, room, signal } = context;
    const socket = await ping(socketUrl(url, room), signal);
    if (socket === undefined) return { opened: false };
    const begun = performance.now();
    const joined = await context.join('sender', { relay: true });
    const opened = { opened: true, ...socket };
    if (!(joined instanceof TestCall)) return { ...opened, problem: joined };
    joined.leave();
    return { ...opened, joinMs: performance.now() - begun };
  },
  judge({ opened, problem }) {
    if (!opened) return { outcome: 'failed', reason: 'socket-blocked' };
    return problem === undefined ? PASSED : { outcome: 'failed', reason: reasonOf(problem) };
  },
};

/** The server's runtime answers `ping` before anybody joins. */
async function ping(
  address: URL,
  signal: AbortSignal,
): Promise<{ openMs: number; roundTripMs: number } | undefined> {
  const begun = performance.now();
  const answer = Promise.withResolvers<{ openMs: number; roundTripMs: number } | undefined>();
  const socket = new WebSocket(address);
  let opened = begun;
  socket.onopen = () => {
    opened = performance.now();
    socket.send('ping');
  };
  socket.onmessage = () =>
    answer.resolve({ openMs: opened - begun, roundTripMs: performance.now() - opened });
  socket.onclose = () => answer.resolve(undefined);
  const timer = setTimeout(() => answer.resolve(undefined), TIMEOUT);
  try {
    return await orAborted(answer.promise, signal);
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
