import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { LinkSession } from '@parley/protocol/link-messages';
import type { Command } from './commands.ts';
import type { Draft } from './draft.ts';
import { dropNode, replaceNode } from './placement.ts';
import { captureOnLink } from './recorder-link.ts';
import { loseSession, openSession, passPending, restateGrants, showWay } from './sessions.ts';
import { type Assignment, type ParticipantState, type RoomState, TIMES } from './state.ts';
import { publishTrack, unpublishTrack } from './tracks.ts';

/** Whether a link of this node and epoch is the room's current one. */
export function isCurrent(state: RoomState, nodeId: string, epoch: number): boolean {
  return state.phase === 'open' && state.assignments[nodeId]?.epoch === epoch;
}

/**
 * A node has opened its link, the first time or again. What it still holds and what the room knows are brought
 * together: the node knows the tracks, the room knows the participants.
 */
export function linkOpened(draft: Draft, command: Extract<Command, { type: 'link-opened' }>): void {
  const { nodeId, epoch, sessions, incarnation, publicUrl } = command;
  const { state, now } = draft;
  const before = state.assignments[nodeId];
  if (before === undefined || !isCurrent(state, nodeId, epoch)) return;
  const assignment = {
    nodeId,
    epoch,
    state: 'linked' as const,
    since: now,
    incarnation,
    ...(publicUrl !== undefined && { publicUrl }),
  };
  state.assignments[nodeId] = assignment;
  // Whoever was being looked for in its place is not needed.
  state.placement = { state: 'none' };
  state.toldNoNode = false;
  const { media } = state.settings;
  draft.emit({ type: 'welcome', nodeId, epoch, ...(media !== undefined && { media }) });
  captureOnLink(draft, nodeId, incarnation, before);

  const held = new Map<ParticipantState, LinkSession>();
  for (const one of sessions) {
    const { participantId, session } = one;
    const participant = state.participants[participantId];
    if (participant?.nodeId === nodeId && participant.session === session) held.set(participant, one);
    else draft.tellNode(nodeId, { type: 'close-session', participantId, session });
  }
  for (const participant of Object.values(state.participants)) {
    const session = held.get(participant);
    if (session !== undefined) reconcile(draft, participant, session, assignment);
    else if (loseSession(draft, participant)) openSession(draft, participant, assignment);
  }
}

function reconcile(
  draft: Draft,
  participant: ParticipantState,
  held: LinkSession,
  assignment: Assignment,
): void {
  const trackIds = new Set(held.tracks.map((track) => track.trackId));
  for (const { trackId } of [...participant.tracks]) {
    if (!trackIds.has(trackId)) unpublishTrack(draft, participant, trackId);
  }
  for (const track of held.tracks) publishTrack(draft, participant, track);
  const { participantId, session, carrier } = participant;
  for (const { trackId, muted } of participant.tracks) {
    if (held.tracks.find((track) => track.trackId === trackId)?.muted === muted) continue;
    draft.tellNode(assignment.nodeId, { type: 'set-muted', participantId, trackId, muted });
  }
  restateGrants(draft, participant);
  if (participant.awaitsWay) return showWay(draft, participant, assignment);
  if (participant.recovers && carrier === 'relay') {
    const { roomId } = draft.state;
    draft.tell(participant, { type: 'media-session', roomId, session, carrier: { type: carrier } });
  }
  passPending(draft, participant);
}

/** A link is gone. Unless the node said that it stops, media may well flow on, and it is given time to come back. */
export function linkClosed(draft: Draft, nodeId: string, epoch: number, stopped: boolean): void {
  const { state, now } = draft;
  const assignment = state.assignments[nodeId];
  if (assignment?.epoch !== epoch || assignment.state !== 'linked') return;
  if (stopped) {
    dropNode(draft, nodeId);
    return replaceNode(draft, [nodeId]);
  }
  assignment.state = 'unlinked';
  assignment.since = now;
  assignment.checkAt = now + TIMES.nodeCheck;
  assignment.live = false;
}

/** What the Fleet knows: a dead node is replaced, one that lives or may live is given more time. */
export function nodeChecked(draft: Draft, nodeId: string, epoch: number, life: NodeLife): void {
  const assignment = draft.state.assignments[nodeId];
  if (assignment?.epoch !== epoch || assignment.state !== 'unlinked') return;
  assignment.live = life === 'live';
  if (life === 'dead') replaceNode(draft);
}
