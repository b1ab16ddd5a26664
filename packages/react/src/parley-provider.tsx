import type { Call } from '@parley/client/call';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { ChatLog } from './chat-log.ts';

/** A call, and what is kept beside it for every hook below. */
interface CallContext {
  readonly call: Call;
  readonly chat: ChatLog;
}

const Context = createContext<CallContext | undefined>(undefined);

/** What a `<ParleyProvider>` takes. */
export interface ParleyProviderProps {
  /** What `connect()` or `useConnect()` gave. */
  call: Call;
  children?: ReactNode;
}

/** Gives a call to the hooks and components below, and keeps its chat. The call is left by who joined it. */
export function ParleyProvider({ call, children }: ParleyProviderProps) {
  const value = useMemo(() => ({ call, chat: new ChatLog() }), [call]);
  useEffect(() => {
    const { chat } = value;
    return call.on('chat', (message) => chat.add(message, message.participantId === call.participantId));
  }, [call, value]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** The call. @throws where no {@link ParleyProvider} is above */
export function useCall(): Call {
  return useCallContext().call;
}

/** The call, where there is one: a preview is shown before it. */
export function useCallIfAny(): Call | undefined {
  return useContext(Context)?.call;
}

/** The chat since the provider was mounted. */
export function useChatLog(): ChatLog {
  return useCallContext().chat;
}

function useCallContext(): CallContext {
  const context = useContext(Context);
  if (context === undefined) {
    throw new Error('There is no call here. Put <ParleyProvider call={call}> around this component.');
  }
  return context;
}
