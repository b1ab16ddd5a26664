import type { ClaimedPlan } from '@parley/protocol/recording/recorder-api';
import type { BackoffPolicy } from '@parley/service/backoff';
import type { ThrottledLog } from '@parley/service/throttled-log';
import { type EdgeApi, EdgeRefusal } from '../edge/edge-api.ts';
import { FinishFailed } from '../finish/finish-io.ts';
import { persist } from '../storage/retry.ts';

const BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 10_000 };

/** Whether the edge has said that a job is somebody else's, or nobody's. */
export function isRefused(error: unknown): boolean {
  return error instanceof EdgeRefusal && (error.isFinal || error.status === 404);
}

/** Calls the edge about a job until it answers. @throws {EdgeRefusal} when that was no; the signal's reason */
export async function callEdge<T>(
  call: () => Promise<T>,
  { recordingId, signal, events }: { recordingId: string; signal: AbortSignal; events: ThrottledLog },
): Promise<T> {
  return await persist(call, {
    policy: BACKOFF,
    signal,
    isFinal: isRefused,
    onError: (error) => {
      const fields = { recordingId, error: String(error) };
      events.warn('job-unheard', fields, 'the edge did not hear of a job; it is told again');
    },
  });
}

/**
 * Has the edge say what there is to finish.
 *
 * @throws {FinishFailed} when it cannot for `claimMs`, though it may well hear all else; {@link callEdge}
 */
export async function claimPlan(
  { recordingId, attempt }: { recordingId: string; attempt: number },
  { edge, events, claimMs }: { edge: EdgeApi; events: ThrottledLog; claimMs: number },
  signal: AbortSignal,
): Promise<ClaimedPlan> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(claimMs)]);
  let said: unknown;
  const claim = () =>
    edge.claim(recordingId, attempt, limit).catch((error: unknown) => {
      if (!limit.aborted) said = error;
      throw error;
    });
  try {
    return await callEdge(claim, { recordingId, signal: limit, events });
  } catch (error) {
    if (signal.aborted || isRefused(error)) throw error;
    const words = said instanceof Error ? said.message : 'it did not answer';
    throw new FinishFailed(`The edge could not say what there is to finish: ${words}`, true);
  }
}
