import type { SessionRequest } from '@parley/protocol/client-messages';
import type { LinkReport } from './commands.ts';
import type { Draft } from './draft.ts';
import { remove } from './membership.ts';
import { type Assignment, MAX_PENDING_LENGTH, MAX_PENDING_REQUESTS, type ParticipantState } from './state.ts';
import { publishTrack, unpublishTrack } from './tracks.ts';

/** Opens the participant's media session on a linked node, and passes on what it asked for meanwhile. */
export function openSession(draft: Draft, participant: ParticipantState, assignment: Assignment): void {
  const { participantId, grants, requestOffers } = participant;
  const { nodeId, epoch } = assignment;
  participant.nodeId = nodeId;
  participant.media = 'none';
  draft.emit({ type: 'open-session', nodeId, epoch, participantId, grants, requestOffers });
  for (const message of participant.pending.splice(0)) {
    draft.tellNode(nodeId, { type: 'session-request', participantId, message });
  }
}

/** Relays a client's media request to its node, or keeps it until there is one. */
export function requestSession(draft: Draft, participant: ParticipantState, message: SessionRequest): void {
  const { participantId, nodeId } = participant;
  if (draft.tellNode(nodeId, { type: 'session-request', participantId, message })) return;
  // Nodes learn candidates from connectivity checks; keeping them would only crowd out an offer.
  if (message.type === 'ice-candidate') return;
  const assignment = draft.linked();
  if (assignment !== undefined) {
    if (message.type !== 'offer' && message.type !== 'start-screen-share') {
      const text = 'The media session has ended; send a new offer to begin another.';
      return refuseForNow(draft, participant, message, text);
    }
    // The node had ended the session; a new offer is a new beginning.
    participant.pending.push(message);
    return openSession(draft, participant, assignment);
  }
  if (
    participant.pending.length >= MAX_PENDING_REQUESTS ||
    pendingLength(draft, message) > MAX_PENDING_LENGTH
  ) {
    const text = 'No media node is there yet; send this again after the next request-offer or offer.';
    return refuseForNow(draft, participant, message, text);
  }
  participant.pending.push(message);
}

function refuseForNow(
  draft: Draft,
  participant: ParticipantState,
  request: SessionRequest,
  message: string,
): void {
  draft.tell(participant, { type: 'error', code: 'media_unavailable', message, requestType: request.type });
}

function pendingLength(draft: Draft, next: SessionRequest): number {
  const waiting = Object.values(draft.state.participants).flatMap((participant) => participant.pending);
  return JSON.stringify([...waiting, next]).length;
}

/** A node reports about one participant's session. */
export function sessionReported(draft: Draft, nodeId: string, report: LinkReport): void {
  const participant = draft.state.participants[report.participantId];
  if (participant === undefined || participant.nodeId !== nodeId) {
    // It left while the report was under way, or was never here: the node has nothing to hold for it.
    if (report.type !== 'session-closed') {
      const { participantId } = report;
      draft.tellNode(nodeId, { type: 'close-session', participantId });
    }
    return;
  }
  switch (report.type) {
    case 'session-event':
      draft.tell(participant, report.message);
      return;
    case 'track-published':
      publishTrack(draft, participant, report.track);
      return;
    case 'track-unpublished':
      unpublishTrack(draft, participant, report.trackId);
      return;
    case 'media-state':
      participant.media = report.state;
      if (report.state === 'disconnected' && participant.connectionId === undefined) {
        remove(draft, participant, 'connection-lost');
      }
      return;
    case 'session-closed':
      for (const { trackId } of [...participant.tracks]) unpublishTrack(draft, participant, trackId);
      delete participant.nodeId;
      participant.media = 'none';
      draft.tell(participant, { type: 'error', code: report.code, message: report.message });
      if (participant.connectionId === undefined) remove(draft, participant, 'connection-lost');
      return;
    default:
      report satisfies never;
  }
}
