import { type Assignment, type ParticipantState, type RoomState, TIMES } from './state.ts';

/**
 * When a participant counts as gone, milliseconds since the epoch; undefined while nothing speaks for it. A closed
 * socket alone proves nothing: the node judges by the media. While that flows the participant stays; while nobody can
 * tell, and while a client that recovers may still come back, it is given time.
 */
export function leavesAt(state: RoomState, participant: ParticipantState): number | undefined {
  const { connectionId, vanishedAt, nodeId, media, mediaSince, recovers } = participant;
  if (connectionId !== undefined || vanishedAt === undefined) return undefined;
  const gone = Math.max(vanishedAt, mediaSince) + (recovers ? TIMES.resumeGrace : 0);
  if (nodeId === undefined) return gone;
  const assignment = state.assignments[nodeId];
  if (assignment?.state !== 'linked') {
    return Math.max(vanishedAt, assignment?.since ?? 0) + TIMES.unknownGrace;
  }
  if (media === 'connected') return undefined;
  if (media === 'closed') return vanishedAt;
  return afterRetelling(assignment, participant, gone);
}

/** What is known of media may be older than the link: then the node is about to tell what has become of it. */
function afterRetelling({ since }: Assignment, { mediaSince }: ParticipantState, at: number): number {
  return mediaSince < since ? Math.max(at, since + TIMES.retell) : at;
}

/**
 * When a client that is still there, but does not recover by itself, is told that its media is lost; undefined while it
 * is not.
 */
export function expelledAt(state: RoomState, participant: ParticipantState): number | undefined {
  const { connectionId, recovers, nodeId, media, mediaSince, onProbation } = participant;
  if (connectionId === undefined || recovers || nodeId === undefined) return undefined;
  const assignment = state.assignments[nodeId];
  if (assignment?.state !== 'linked') return undefined;
  if (onProbation) return afterRetelling(assignment, participant, mediaSince + TIMES.probation);
  if (media !== 'disconnected') return undefined;
  return afterRetelling(assignment, participant, mediaSince + TIMES.mediaLost);
}

/** How often the room looks for sockets that went without a word: more often while somebody's media has. */
export function sweepInterval({ participants }: RoomState): number {
  const suspects = Object.values(participants).some(
    ({ connectionId, media }) => connectionId !== undefined && media === 'disconnected',
  );
  return suspects ? TIMES.suspectSweep : TIMES.sweep;
}

/**
 * Whether the room tells others again what they know of it, after a sweep: once in {@link TIMES.sweep}, however often it looks
 * for sockets meanwhile.
 */
export function tellsAgain(sweptBefore: number, sweptAt: number): boolean {
  return Math.floor(sweptBefore / TIMES.sweep) !== Math.floor(sweptAt / TIMES.sweep);
}
