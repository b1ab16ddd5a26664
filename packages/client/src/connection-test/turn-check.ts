import { reasonOf } from './call-rules.ts';
import type { Check } from './check.ts';
import { findWay } from './find-way.ts';
import { PASSED, type WayFound } from './result.ts';
import { type TurnTransport, turnServers } from './turn-url.ts';

/** What TURN servers say of credentials that they do not take (RFC 8489 §14.8). */
const UNAUTHORIZED = [401, 403, 438];

/** Whether media reaches the node through a TURN server that is spoken to in one way. */
function turnCheck(transport: TurnTransport): Omit<Check<'turn-udp'>, 'name'> {
  return {
    needs: 'signaling',
    skip: ({ iceServers }) =>
      turnServers(iceServers, transport).length === 0 ? 'not-configured' : undefined,
    find(context) {
      const urls = turnServers(context.iceServers, transport).flatMap(({ urls }) => urls);
      const iceServers = (servers: readonly RTCIceServer[]) => turnServers(servers, transport);
      return findWay(context, { iceTransportPolicy: 'relay', probe: { iceServers } }, () => urls);
    },
    judge: judgeTurn,
  };
}

const judgeTurn: Check<'turn-udp'>['judge'] = ({ problem, way, gathered, turnError }: WayFound) => {
  if (problem !== undefined) return { outcome: 'failed', reason: reasonOf(problem) };
  if (way !== undefined) return PASSED;
  if (gathered > 0) return { outcome: 'failed', reason: 'turn-no-way' };
  const isRefused = turnError !== undefined && UNAUTHORIZED.includes(turnError);
  return { outcome: 'failed', reason: isRefused ? 'turn-refused' : 'turn-unreachable' };
};

export const turnUdpCheck: Check<'turn-udp'> = { ...turnCheck('udp'), name: 'turn-udp' };
export const turnTcpCheck: Check<'turn-tcp'> = { ...turnCheck('tcp'), name: 'turn-tcp' };
export const turnTlsCheck: Check<'turn-tls'> = { ...turnCheck('tls'), name: 'turn-tls' };
