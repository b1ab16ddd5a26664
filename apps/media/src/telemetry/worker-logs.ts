import type { ThrottledLog } from '@parley/service/throttled-log';
import { setLogEventListeners } from 'mediasoup';
import type { Logger } from 'pino';

/** Has the workers' and mediasoup's own logs written with the node's. */
export function forwardWorkerLogs(logger: Logger, events: ThrottledLog): void {
  const forward = (level: 'warn' | 'error', source: string, message: string, error?: Error) => {
    const fields = { source, ...(error && { err: error }) };
    const severity = severityOf(level, message);
    if (severity === 'debug') logger.debug({ event: 'mediasoup', ...fields }, message);
    // A client can make the worker say something with every packet, and with each request that the worker refuses.
    else events[severity]('mediasoup', fields, message);
  };
  setLogEventListeners({
    ondebug: undefined,
    onwarn: (source, message) => forward('warn', source, message),
    onerror: (source, message, error) => forward('error', source, message, error),
  });
}

/** How bad it is what mediasoup says. */
export function severityOf(level: 'warn' | 'error', message: string): 'debug' | 'warn' | 'error' {
  if (isRace(message) || isMended(message)) return 'debug';
  return isClientsFault(message) ? 'warn' : level;
}

/**
 * Node and worker closed the same thing at the same time, so that one asks about what the other has let go of. Where
 * that makes a request fail, whoever made it says so. A worker that still writes while its node closes it finds a broken
 * pipe; one that dies is told of by its end.
 */
function isRace(message: string): boolean {
  return /NotFoundError|request failed .* not found|UnixStreamSocketHandle::\w+\(\) .*broken pipe/.test(
    message,
  );
}

/**
 * The worker proposes its own least bitrate to its estimator where the estimate has fallen below `webrtc.min_bitrate`, which
 * puts it right in the same breath.
 */
function isMended(message: string): boolean {
  return /ClampConstraints\(\) \| start bitrate smaller than min bitrate/.test(message);
}

/**
 * OpenSSL did not like what a client sent, or it offers an SSRC by which packets of another track of its come already,
 * which is answered with `publish_failed`: any stranger can bring that about, and no operator can do anything.
 */
function isClientsFault(message: string): boolean {
  return /RTC::DtlsTransport::CheckStatus\(\) \| OpenSSL error|RTC::RtpListener::AddProducer\(\) \| throwing/.test(
    message,
  );
}
