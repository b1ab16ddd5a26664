import { useEffect, useSyncExternalStore } from 'react';
import type { ChatHistory } from './chat-log.ts';
import { useCall, useChatLog } from './parley-provider.tsx';

/** The chat, and how to write in it. */
export interface Chat extends ChatHistory {
  /** Says something to everybody. It comes back as an entry. */
  send(text: string): void;
}

/**
 * The chat since the call was given to the provider.
 *
 * @param isOpen whether the person sees it: then nothing is unread
 */
export function useChat(isOpen = false): Chat {
  const call = useCall();
  const log = useChatLog();
  const { entries, unread } = useSyncExternalStore(log.subscribe, log.current, log.current);
  useEffect(() => {
    if (isOpen && unread > 0) log.read();
  }, [log, isOpen, unread]);
  return { entries, unread: isOpen ? 0 : unread, send: (text) => call.sendChat(text) };
}
