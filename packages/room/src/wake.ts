import { forgetEndedBans } from './bans.ts';
import type { Draft } from './draft.ts';
import { dismiss } from './lobby.ts';
import { expel, leaveIfGone } from './membership.ts';
import { checkNodes, checkPlacement, release } from './placement.ts';
import { expelledAt, leavesAt, sweepInterval } from './presence.ts';
import { checkRecording, recordingWakes, stopRecording } from './recording.ts';
import { reopenSessions } from './sessions.ts';
import { type RoomState, TIMES } from './state.ts';

/** When the room next has something to do by itself, milliseconds since the epoch; undefined when it is closed. */
export function nextWake(state: RoomState): number | undefined {
  if (state.phase === 'closed') return undefined;
  const times = [state.sweptAt + sweepInterval(state), ...recordingWakes(state)];
  if (state.emptySince !== undefined) {
    if (!isSomebodyWaiting(state)) times.push(state.emptySince + state.settings.idleTimeout);
    if (Object.keys(state.assignments).length > 0) times.push(state.emptySince + TIMES.release);
  } else {
    for (const { state: link, since, checkAt } of Object.values(state.assignments)) {
      if (link === 'assigned') times.push(since + TIMES.linkOpen);
      if (checkAt !== undefined) times.push(checkAt);
    }
    if (state.placement.state === 'asking') times.push(state.placement.since + TIMES.placement);
    if (state.placement.state === 'waiting') times.push(state.placement.until);
  }
  const hasNode = Object.values(state.assignments).some((assignment) => assignment.state === 'linked');
  for (const participant of Object.values(state.participants)) {
    const due = [leavesAt(state, participant), expelledAt(state, participant)];
    // Without a node there is nothing to do when the pause is over; the next link opens all sessions.
    if (hasNode) due.push(participant.reopenAt);
    for (const time of due) if (time !== undefined) times.push(time);
  }
  return Math.min(...times);
}

/** Does whatever has come due. */
export function wake(draft: Draft): void {
  const { state, now } = draft;
  if (now >= state.sweptAt + sweepInterval(state)) {
    state.sweptAt = now;
    forgetEndedBans(draft);
  }
  for (const participant of Object.values(state.participants)) {
    leaveIfGone(draft, participant);
    const lost = expelledAt(state, participant);
    if (lost !== undefined && now >= lost) expel(draft, participant);
  }
  reopenSessions(draft);
  checkNodes(draft);
  checkPlacement(draft);
  checkRecording(draft);
  if (state.emptySince === undefined) return;
  if (now >= state.emptySince + TIMES.release) release(draft);
  if (isSomebodyWaiting(state)) return;
  if (now >= state.emptySince + state.settings.idleTimeout) close(draft, 'idle');
}

/** A room made anew under the same id would have no lobby. */
function isSomebodyWaiting({ lobby }: RoomState): boolean {
  return Object.keys(lobby).length > 0;
}

/** Closes the room for everybody and for good. */
export function close(draft: Draft, reason: 'deleted' | 'idle'): void {
  const { state } = draft;
  state.phase = 'closed';
  stopRecording(draft, 'room-closed');
  draft.broadcast({ type: 'room-closed', roomId: state.roomId, reason });
  const code = 'room_closed';
  const message = 'The room was closed.';
  for (const { participantId, connectionId, address } of Object.values(state.participants)) {
    if (connectionId !== undefined) draft.emit({ type: 'disconnect', connectionId, code, reason: message });
    if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
  }
  state.participants = {};
  for (const entry of Object.values(state.lobby)) dismiss(draft, entry, code, message);
  release(draft);
  state.emptySince = draft.now;
}
