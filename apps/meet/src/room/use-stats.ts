import type { Call } from '@parley/client/call';
import type { CallStats } from '@parley/client/call-stats';
import { useEffect, useState } from 'react';

/** Milliseconds between measurements. */
const INTERVAL = 1000;

/** The last two measurements, while they are wanted. */
export interface StatsPair {
  readonly now: CallStats;
  readonly before: CallStats;
}

/** Measures once a second while `wanted`. */
export function useStats(call: Call, wanted: boolean): StatsPair | undefined {
  const [pair, setPair] = useState<StatsPair>();
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => {
      void call.getStats().then((now) => setPair((last) => ({ now, before: last?.now ?? now })));
    }, INTERVAL);
    return () => clearInterval(timer);
  }, [call, wanted]);
  return wanted ? pair : undefined;
}
