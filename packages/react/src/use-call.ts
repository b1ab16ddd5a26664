import type { Call } from '@parley/client/call';
import type { CallEvents, CallState } from '@parley/client/call-events';
import type { ConnectionQuality } from '@parley/client/connection-quality';
import { useCallback, useSyncExternalStore } from 'react';
import { useCall } from './parley-provider.tsx';

const PARTICIPANTS = ['participants-changed'] as const;
const LOCAL = ['local-changed'] as const;
const REMOTE = ['track', 'track-removed', 'quality-changed'] as const;
const GRANTS = ['grants-changed'] as const;
const ROOM = ['room-updated'] as const;
const LOBBY = ['lobby'] as const;
const RECORDING = ['recording-changed'] as const;
const SPEAKERS = ['active-speakers'] as const;
const QUALITY = ['connection-quality'] as const;
const STATE = ['reconnecting', 'reconnected', 'closed'] as const;

/** Everybody in the room by id, oneself first. */
export function useParticipants(): Call['participants'] {
  return useCallValue(PARTICIPANTS, (call) => call.participants);
}

/** One's own sources that were used so far. */
export function useLocalTracks(): Call['localTracks'] {
  return useCallValue(LOCAL, (call) => call.localTracks);
}

/** What arrives of the others, by track id. */
export function useRemoteTracks(): Call['remoteTracks'] {
  return useCallValue(REMOTE, (call) => call.remoteTracks);
}

/** What one may do. */
export function useGrants(): Call['grants'] {
  return useCallValue(GRANTS, (call) => call.grants);
}

/** How the room is set. */
export function useRoom(): Call['room'] {
  return useCallValue(ROOM, (call) => call.room);
}

/** Who waits to be let in; empty for who does not moderate. */
export function useLobby(): Call['lobby'] {
  return useCallValue(LOBBY, (call) => call.lobby);
}

/** Which recording goes on, and since when; undefined while the room is not recorded. */
export function useRecording(): Call['recording'] {
  return useCallValue(RECORDING, (call) => call.recording);
}

/** Whether everything works. */
export function useCallState(): CallState {
  return useCallValue(STATE, (call) => call.state);
}

/** Who speaks, the loudest first, with levels: another list up to five times a second. */
export function useActiveSpeakers(): Call['activeSpeakers'] {
  return useCallValue(SPEAKERS, (call) => call.activeSpeakers);
}

/** Whether somebody speaks. */
export function useSpeaking(participantId: string): boolean {
  return useCallValue(SPEAKERS, (call) =>
    call.activeSpeakers.some((speaker) => speaker.participantId === participantId),
  );
}

/** Who leads the conversation: it changes when somebody else has spoken for a second. */
export function useDominantSpeaker(): string | undefined {
  return useCallValue(SPEAKERS, (call) => call.dominantSpeaker);
}

/** How somebody comes through, oneself included; undefined for who sends nothing, or until it is known. */
export function useConnectionQuality(participantId: string): ConnectionQuality | undefined {
  return useCallValue(QUALITY, (call) => call.connectionQuality.get(participantId));
}

/** A value that is another one after one of `events`, and only then. */
function useCallValue<T>(events: readonly (keyof CallEvents)[], read: (call: Call) => T): T {
  const call = useCall();
  const subscribe = useCallback(
    (changed: () => void) => {
      const offs = events.map((event) => call.on(event, changed));
      return () => {
        for (const off of offs) off();
      };
    },
    [call, events],
  );
  const current = () => read(call);
  return useSyncExternalStore(subscribe, current, current);
}
