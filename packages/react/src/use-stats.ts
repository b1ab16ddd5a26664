import type { CallStats } from '@parley/client/call-stats';
import { useEffect, useState } from 'react';
import { useCall } from './parley-provider.tsx';

/** The last two measurements: rates are their difference by the time between them. */
export interface StatsPair {
  readonly now: CallStats;
  readonly before: CallStats;
}

/**
 * Measures the call while `wanted`; undefined until there is a measurement.
 *
 * @param interval milliseconds between measurements
 */
export function useStats(wanted = true, interval = 1000): StatsPair | undefined {
  const call = useCall();
  const [pair, setPair] = useState<StatsPair>();
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => {
      void call.getStats().then((now) => setPair((last) => ({ now, before: last?.now ?? now })));
    }, interval);
    return () => {
      clearInterval(timer);
      setPair(undefined);
    };
  }, [call, wanted, interval]);
  return pair;
}
