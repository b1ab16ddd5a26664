import type { CallStats } from '@parley/client/call-stats';
import { useEffect, useState } from 'react';
import { useCall } from './parley-provider.tsx';

const NONE: readonly CallStats[] = [];

/** The call's measurements of the last three minutes, oldest first: one more each second while `wanted`, else none. */
export function useStats(wanted = true): readonly CallStats[] {
  const call = useCall();
  const [stats, setStats] = useState(NONE);
  useEffect(() => {
    if (!wanted) return;
    const stop = call.on('stats', () => setStats(call.stats));
    return () => {
      stop();
      setStats(NONE);
    };
  }, [call, wanted]);
  return stats;
}
