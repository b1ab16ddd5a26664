import type { Draft } from './draft.ts';
import { remove } from './membership.ts';
import { checkPlacement, release } from './placement.ts';
import { type RoomState, TIMES } from './state.ts';

/** When the room next has something to do by itself, milliseconds since the epoch; undefined when it is closed. */
export function nextWake(state: RoomState): number | undefined {
  if (state.phase === 'closed') return undefined;
  const times = [state.sweptAt + TIMES.sweep];
  if (state.emptySince !== undefined) {
    times.push(state.emptySince + state.settings.idleTimeout);
    if (Object.keys(state.assignments).length > 0) times.push(state.emptySince + TIMES.release);
  } else {
    for (const { state: link, since } of Object.values(state.assignments)) {
      if (link === 'assigned') times.push(since + TIMES.linkOpen);
      else if (link === 'unlinked') times.push(since + TIMES.linkLost);
    }
    if (state.placement.state === 'asking') times.push(state.placement.since + TIMES.placement);
    if (state.placement.state === 'waiting') times.push(state.placement.until);
  }
  for (const { vanishedAt } of Object.values(state.participants)) {
    if (vanishedAt !== undefined) times.push(vanishedAt + TIMES.vanishedGrace);
  }
  return Math.min(...times);
}

/** Does whatever has come due. */
export function wake(draft: Draft): void {
  const { state, now } = draft;
  if (now >= state.sweptAt + TIMES.sweep) state.sweptAt = now;
  for (const participant of Object.values(state.participants)) {
    const { vanishedAt } = participant;
    if (vanishedAt !== undefined && now >= vanishedAt + TIMES.vanishedGrace) {
      remove(draft, participant, 'connection-lost');
    }
  }
  checkPlacement(draft);
  if (state.emptySince === undefined) return;
  if (now >= state.emptySince + TIMES.release) release(draft);
  if (now >= state.emptySince + state.settings.idleTimeout) close(draft, 'idle');
}

/** Closes the room for everybody and for good. */
export function close(draft: Draft, reason: 'deleted' | 'idle'): void {
  const { state } = draft;
  draft.broadcast({ type: 'room-closed', roomId: state.roomId, reason });
  for (const { connectionId } of Object.values(state.participants)) {
    if (connectionId === undefined) continue;
    draft.emit({ type: 'disconnect', connectionId, code: 'room_closed', reason: 'The room was closed.' });
  }
  state.participants = {};
  release(draft);
  state.emptySince = draft.now;
  state.phase = 'closed';
}
