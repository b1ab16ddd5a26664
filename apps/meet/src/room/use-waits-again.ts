import { useCall } from '@parley/react';
import { useEffect, useState } from 'react';

/** Whether one was away for so long that somebody has to let one in again. */
export function useWaitsAgain(): boolean {
  const call = useCall();
  const [waits, setWaits] = useState(false);
  useEffect(() => {
    const offs = [
      call.on('waiting', () => setWaits(true)),
      // Sound and picture may come back while one still waits.
      call.on('reconnected', ({ plane }) => plane === 'signaling' && setWaits(false)),
      call.on('closed', () => setWaits(false)),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [call]);
  return waits;
}
