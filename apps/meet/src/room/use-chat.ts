import type { Call } from '@parley/client/call';
import type { ChatMessage } from '@parley/client/call-events';
import { useCallback, useEffect, useState } from 'react';

/** A message as the panel shows it. */
export interface ChatEntry extends ChatMessage {
  readonly id: number;
  readonly isOwn: boolean;
}

export interface Chat {
  readonly entries: readonly ChatEntry[];
  /** Messages of others that came while the panel was closed. */
  readonly unread: number;
  readonly isOpen: boolean;
  toggle(): void;
}

interface ChatState {
  readonly entries: readonly ChatEntry[];
  readonly unread: number;
  readonly isOpen: boolean;
}

/** The chat since one joined. */
export function useChat(call: Call): Chat {
  const [state, setState] = useState<ChatState>({ entries: [], unread: 0, isOpen: false });
  useEffect(
    () =>
      call.on('chat', (message) => {
        setState(({ entries, unread, isOpen }) => {
          const isOwn = message.participantId === call.participantId;
          return {
            entries: [...entries, { ...message, id: entries.length, isOwn }],
            unread: isOpen || isOwn ? unread : unread + 1,
            isOpen,
          };
        });
      }),
    [call],
  );
  const toggle = useCallback(() => {
    setState(({ entries, isOpen }) => ({ entries, unread: 0, isOpen: !isOpen }));
  }, []);
  return { ...state, toggle };
}
