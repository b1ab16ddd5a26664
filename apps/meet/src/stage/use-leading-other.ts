import { useCall, useDominantSpeaker } from '@parley/react';
import { useState } from 'react';

/** Who of the others leads the conversation: who did so last, while oneself does. */
export function useLeadingOther(): string | undefined {
  const call = useCall();
  const dominant = useDominantSpeaker();
  const [last, setLast] = useState<string>();
  if (dominant === undefined || dominant === call.participantId || dominant === last) return last;
  setLast(dominant);
  return dominant;
}
