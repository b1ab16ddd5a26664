import { reasonOf } from './call-rules.ts';
import { formatCandidate, parseCandidate } from './candidate.ts';
import type { Check } from './check.ts';
import { findWay } from './find-way.ts';
import { PASSED } from './result.ts';

/** Whether media reaches the node without a TURN server, over UDP or over TCP alone. */
function directCheck(protocol: 'udp' | 'tcp'): Check<'udp' | 'tcp'> {
  const other = protocol === 'udp' ? 'tcp' : 'udp';
  return {
    name: protocol,
    needs: 'signaling',
    find(context) {
      const to = new Set<string>();
      const candidate = (line: string) => {
        const parsed = parseCandidate(line);
        if (parsed?.protocol !== protocol) return false;
        to.add(formatCandidate(parsed));
        return true;
      };
      return findWay(context, { probe: { iceServers: () => [], candidate } }, () => [...to]);
    },
    judge({ problem, to, way }, earlier) {
      if (problem !== undefined) return { outcome: 'failed', reason: reasonOf(problem) };
      if (way !== undefined) return PASSED;
      // One of both is enough, and UDP the better one.
      const isSpare = protocol === 'tcp' && earlier.get(other) === 'passed';
      return {
        outcome: isSpare ? 'warning' : 'failed',
        reason: to.length === 0 ? 'no-candidates' : 'blocked',
      };
    },
  };
}

export const udpCheck: Check<'udp'> = { ...directCheck('udp'), name: 'udp' };
export const tcpCheck: Check<'tcp'> = { ...directCheck('tcp'), name: 'tcp' };
