import type { TransportOptions } from '../transport.ts';
import type { WayFound } from './result.ts';
import { TestCall } from './test-call.ts';
import type { TestContext } from './test-context.ts';
import { until } from './until.ts';

/** Milliseconds for ICE and DTLS. Browsers try for longer; a way that takes this long is none. */
const TIMEOUT = 8_000;

/**
 * Joins, sends the tone over PeerConnections that are narrowed to one kind of way, and says how far it came.
 *
 * @param to where it may lead, known once the node has answered
 */
export async function findWay(
  context: TestContext,
  transport: TransportOptions,
  to: () => readonly string[],
): Promise<WayFound> {
  const { signal, tone } = context;
  let gathered = 0;
  let turnError: number | undefined;
  let answeredAt = 0;
  let connectedAt = 0;
  const joined = await context.join('sender', {
    ...transport,
    relay: true,
    probe: {
      ...transport.probe,
      opened: (connection, direction) => {
        if (direction !== 'sending') return;
        connection.addEventListener('signalingstatechange', () => {
          if (connection.signalingState === 'stable') answeredAt ||= performance.now();
        });
        connection.addEventListener('connectionstatechange', () => {
          if (connection.connectionState === 'connected') connectedAt ||= performance.now();
        });
        connection.addEventListener('icecandidate', ({ candidate }) => {
          if (candidate?.candidate) gathered += 1;
        });
        connection.addEventListener('icecandidateerror', ({ errorCode }) => {
          turnError ??= errorCode;
        });
      },
    },
  });
  if (!(joined instanceof TestCall)) return { problem: joined, to: [], gathered };
  try {
    const [source] = joined.call.grants.publish;
    const problem =
      source === 'camera'
        ? await joined.publish('camera', context.picture.track, signal)
        : await joined.publish('microphone', tone.track, signal);
    if (problem !== undefined) return { problem, to: to(), gathered };
    const connected = await until(() => connectedOrFailed(joined.sending), TIMEOUT, signal);
    const came = { to: to(), gathered, ...(turnError !== undefined && { turnError }) };
    if (connected !== true) return came;
    const { way } = await joined.figures('sending');
    return { ...came, connectMs: connectedAt - answeredAt, ...(way && { way }) };
  } finally {
    joined.leave();
  }
}

function connectedOrFailed(connection: RTCPeerConnection | undefined): boolean | undefined {
  if (connection?.connectionState === 'connected') return true;
  return connection?.connectionState === 'failed' ? false : undefined;
}
