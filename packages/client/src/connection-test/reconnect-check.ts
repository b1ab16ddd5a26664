import type { Check } from './check.ts';
import { type Findings, PASSED } from './result.ts';
import type { TestContext } from './test-context.ts';
import { orAborted, until } from './until.ts';

const TIMEOUT = 20_000;
/** Milliseconds that people take for a failure. */
const SLOW = 8_000;

/** Whether a call comes back: after its socket was cut, and after its way for media was looked for anew. */
export const reconnectCheck: Check<'reconnect'> = {
  name: 'reconnect',
  needs: 'publish',
  async find(context) {
    const socketMs = await cutSocket(context);
    if (socketMs === undefined) return {};
    const mediaMs = await restartIce(context);
    return { socketMs, ...(mediaMs !== undefined && { mediaMs }) };
  },
  judge({ socketMs, mediaMs }: Findings['reconnect']) {
    if (socketMs === undefined) return { outcome: 'failed', reason: 'socket-not-back' };
    if (mediaMs === undefined) return { outcome: 'failed', reason: 'media-not-back' };
    return Math.max(socketMs, mediaMs) <= SLOW ? PASSED : { outcome: 'warning', reason: 'slow' };
  },
};

async function cutSocket({ sender, signal }: TestContext): Promise<number | undefined> {
  const begun = performance.now();
  let back: number | undefined;
  const stop = sender?.call.on('reconnected', ({ plane }) => {
    if (plane === 'signaling') back ??= performance.now() - begun;
  });
  sender?.call.cutSignaling();
  try {
    return await until(() => back, TIMEOUT, signal);
  } finally {
    stop?.();
  }
}

async function restartIce({ sender, receiver, signal }: TestContext): Promise<number | undefined> {
  if (sender === undefined) return undefined;
  const begun = performance.now();
  const before = await sender.figures('sending');
  // It answers for itself by the way that is found, or is not.
  await orAborted(
    sender.call.restartIce().catch(() => undefined),
    signal,
  );
  const isOver = async () => {
    const { pairId, bytesSent } = await sender.figures('sending');
    return pairId !== before.pairId && bytesSent > before.bytesSent ? true : undefined;
  };
  if ((await until(isOver, TIMEOUT, signal)) === undefined) return undefined;
  const seen = await receiver?.figures('receiving');
  const isSeen = async () => {
    if (receiver === undefined || seen === undefined) return true;
    const { packetsReceived } = await receiver.figures('receiving');
    return packetsReceived > seen.packetsReceived ? true : undefined;
  };
  if ((await until(isSeen, TIMEOUT, signal)) === undefined) return undefined;
  return performance.now() - begun;
}
