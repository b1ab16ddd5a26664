import type { Call } from '@parley/client/call';
import type { CallEvents, CallState } from '@parley/client/call-events';
import type { LocalTracks } from '@parley/client/local-tracks';
import type { Roster } from '@parley/client/roster';
import type { RoomSettings } from '@parley/client/standing';
import type { RemoteTrack } from '@parley/client/subscriber';
import { useCallback, useSyncExternalStore } from 'react';

const ROSTER = ['participants-changed'] as const;
const LOCAL = ['local-changed'] as const;
const REMOTE = ['track', 'track-removed'] as const;
const GRANTS = ['grants-changed'] as const;
const ROOM = ['room-updated'] as const;
const LOBBY = ['lobby'] as const;
const STATE = ['reconnecting', 'reconnected'] as const;

/** Everybody in the room. */
export function useRoster(call: Call): Roster {
  return useCallValue(call, ROSTER, () => call.participants);
}

/** One's own devices and screen. */
export function useLocalTracks(call: Call): LocalTracks {
  return useCallValue(call, LOCAL, () => call.localTracks);
}

/** What arrives of the others. */
export function useRemoteTracks(call: Call): ReadonlyMap<string, RemoteTrack> {
  return useCallValue(call, REMOTE, () => call.remoteTracks);
}

/** Whether one moderates. */
export function useModerates(call: Call): boolean {
  return useCallValue(call, GRANTS, () => call.grants.moderate);
}

/** How the room is set. */
export function useRoomSettings(call: Call): RoomSettings {
  return useCallValue(call, ROOM, () => call.room);
}

/** Who waits to be let in. */
export function useLobby(call: Call): Call['lobby'] {
  return useCallValue(call, LOBBY, () => call.lobby);
}

/** Whether everything works. */
export function useCallState(call: Call): CallState {
  return useCallValue(call, STATE, () => call.state);
}

/** A value that is another object after one of `events`, and only then. */
function useCallValue<T>(call: Call, events: readonly (keyof CallEvents)[], read: () => T): T {
  const subscribe = useCallback(
    (changed: () => void) => {
      const offs = events.map((event) => call.on(event, changed));
      return () => {
        for (const off of offs) off();
      };
    },
    [call, events],
  );
  return useSyncExternalStore(subscribe, read);
}
