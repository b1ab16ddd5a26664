import { ParleyError } from '@parley/protocol/errors';
import type { HostContext } from './host-context.ts';

/** Logs and counts why a session did not open. @returns what may be told to whoever wanted it */
export function refusalOf(
  error: unknown,
  where: { cid?: string | undefined; roomId?: string; participantId?: string; session?: number },
  { metrics, events, logger }: Pick<HostContext, 'metrics' | 'events' | 'logger'>,
): ParleyError {
  const refusal = explain(error);
  metrics.sessionRefused(refusal.code);
  if (refusal !== error) {
    logger.error({ event: 'open-failed', ...where, err: error }, 'a session did not open');
  }
  events.info('session-refused', { ...where, code: refusal.code }, refusal.message);
  return refusal;
}

function explain(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const message = 'The media node could not open the session; try again.';
  return new ParleyError('media_unavailable', message, { cause: error });
}
