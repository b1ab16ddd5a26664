import type { LinkSession } from '@parley/protocol/link-messages';
import type { Draft } from './draft.ts';
import { openSession } from './sessions.ts';
import type { ParticipantState, RoomState } from './state.ts';
import { publishTrack, unpublishTrack } from './tracks.ts';

/** Whether a link of this node and epoch is the room's current one. */
export function isCurrent(state: RoomState, nodeId: string, epoch: number): boolean {
  return state.phase === 'open' && state.assignments[nodeId]?.epoch === epoch;
}

/**
 * A node has opened its link, the first time or again. What it still holds and what the room knows are brought
 * together: the node knows the tracks, the room knows the participants.
 */
export function linkOpened(draft: Draft, nodeId: string, epoch: number, sessions: LinkSession[]): void {
  const { state, now } = draft;
  const assignment = state.assignments[nodeId];
  if (assignment === undefined || !isCurrent(state, nodeId, epoch)) return;
  assignment.state = 'linked';
  assignment.since = now;
  state.toldNoNode = false;
  draft.emit({ type: 'welcome', nodeId, epoch });

  const held = new Map(sessions.map((session) => [session.participantId, session]));
  for (const participantId of held.keys()) {
    if (state.participants[participantId] !== undefined) continue;
    draft.tellNode(nodeId, { type: 'close-session', participantId });
  }
  for (const participant of Object.values(state.participants)) {
    const session = held.get(participant.participantId);
    if (session !== undefined && participant.nodeId === nodeId)
      reconcile(draft, participant, session, nodeId);
    else {
      for (const { trackId } of [...participant.tracks]) unpublishTrack(draft, participant, trackId);
      openSession(draft, participant, assignment);
    }
  }
}

function reconcile(draft: Draft, participant: ParticipantState, session: LinkSession, nodeId: string): void {
  const held = new Set(session.tracks.map((track) => track.trackId));
  for (const { trackId } of [...participant.tracks]) {
    if (!held.has(trackId)) unpublishTrack(draft, participant, trackId);
  }
  for (const track of session.tracks) publishTrack(draft, participant, track);
  const { participantId } = participant;
  for (const { trackId, muted } of participant.tracks) {
    if (session.tracks.find((track) => track.trackId === trackId)?.muted === muted) continue;
    draft.tellNode(nodeId, { type: 'set-muted', participantId, trackId, muted });
  }
  for (const message of participant.pending.splice(0)) {
    draft.tellNode(nodeId, { type: 'session-request', participantId, message });
  }
}

/** A link is gone. Media may well flow on; the node is given time to come back. */
export function linkClosed(draft: Draft, nodeId: string, epoch: number): void {
  const assignment = draft.state.assignments[nodeId];
  if (assignment?.epoch !== epoch || assignment.state !== 'linked') return;
  assignment.state = 'unlinked';
  assignment.since = draft.now;
}
