import { useEffect, useState } from 'react';
import { clockTime } from '../i18n/wording.ts';

/** How long something has gone on, counting. @param since milliseconds since the epoch */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return clockTime(now - since);
}
