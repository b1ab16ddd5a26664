import type { Command } from '@parley/room/commands';
import { listeners, turnId } from '@parley/room/recorder-link';
import type { RoomState } from '@parley/room/state';
import type { RoomSockets } from './room-sockets.ts';

/**
 * What went without a word: sockets that a deploy or an eviction took away while the object was not there to see it, and those whose
 * network is gone. Looking closes those that are silent.
 */
export function lostSockets(state: RoomState, sockets: RoomSockets, now: number): Command[] {
  // Links before clients: while links are gone, nobody can tell whose media flows.
  return [
    ...lostLinks(state, sockets, now),
    ...lostRecorders(state, sockets, now),
    ...lostClients(state, sockets, now),
  ];
}

/** The links of nodes among them. */
export function lostLinks({ assignments }: RoomState, sockets: RoomSockets, now: number): Command[] {
  return Object.values(assignments).flatMap(({ nodeId, epoch, state }) => {
    if (state !== 'linked') return [];
    sockets.closeLinkIfSilent(nodeId, epoch, now);
    if (sockets.link(nodeId, epoch) !== undefined) return [];
    return [{ type: 'link-closed', nodeId, epoch, stopped: false }];
  });
}

function lostRecorders({ recording }: RoomState, sockets: RoomSockets, now: number): Command[] {
  if (recording === undefined) return [];
  return listeners(recording).flatMap((recorder) => {
    const turn = turnId(recording, recorder);
    sockets.recorders.closeIfSilent(turn, now);
    if (sockets.recorders.find(turn) !== undefined) return [];
    return [{ type: 'recorder-unlinked', ...turn, stopped: false }];
  });
}

function lostClients({ lobby, participants }: RoomState, sockets: RoomSockets, now: number): Command[] {
  const waiting = Object.values(lobby).map(({ connectionId, request }) => ({ connectionId, ...request }));
  return [...waiting, ...Object.values(participants)].flatMap(({ connectionId, recovers }) => {
    if (connectionId === undefined) return [];
    // Only a client that recovers is known to ping.
    if (recovers) sockets.closeIfSilent(connectionId, now);
    return sockets.client(connectionId) === undefined ? [{ type: 'connection-closed', connectionId }] : [];
  });
}
