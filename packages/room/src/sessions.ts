import { aboutRequest } from '@parley/protocol/about-request';
import type { ReconnectSession, SessionRequest } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { LinkReport } from './commands.ts';
import type { Draft } from './draft.ts';
import type { OpenCarrier } from './effects.ts';
import { expel, leaveIfGone } from './membership.ts';
import { isStale } from './pass-through.ts';
import {
  type Assignment,
  MAX_PENDING_LENGTH,
  MAX_PENDING_REQUESTS,
  type ParticipantState,
  TIMES,
} from './state.ts';
import { publishTrack, unpublishAll, unpublishTrack } from './tracks.ts';

/** Begins the participant's next media session, on a linked node. */
export function openSession(draft: Draft, participant: ParticipantState, assignment: Assignment): void {
  unpublishAll(draft, participant);
  participant.session += 1;
  participant.nodeId = assignment.nodeId;
  participant.media = 'none';
  participant.mediaSince = draft.now;
  // Who was refused for load is not to hear it again from the node itself, at each try.
  participant.carrier = participant.overloaded ? 'relay' : 'direct';
  delete participant.reopenAt;
  showWay(draft, participant, assignment);
}

/**
 * Shows the participant, or its node, the way to its session: over the carrier that was agreed, else by relay. What it
 * asked for meanwhile is passed on.
 */
export function showWay(draft: Draft, participant: ParticipantState, assignment: Assignment): void {
  const { participantId, session, grants, requestOffers, autoSubscribe } = participant;
  const { recovers, direct, connectionId, cid } = participant;
  const { nodeId, epoch, publicUrl } = assignment;
  delete participant.awaitsWay;
  const canGoDirect = recovers && direct && publicUrl !== undefined;
  if (!canGoDirect) participant.carrier = 'relay';
  let carrier: OpenCarrier = { type: 'relay' };
  if (canGoDirect && participant.carrier === 'direct') {
    // Without a socket it hears of its session when it comes back.
    if (connectionId === undefined) return;
    carrier = { type: 'direct', url: publicUrl, connectionId };
  }
  draft.emit({
    type: 'open-session',
    carrier,
    nodeId,
    epoch,
    participantId,
    session,
    grants,
    requestOffers,
    ...(autoSubscribe === false && { autoSubscribe }),
    ...(recovers && { recovers }),
    ...(cid !== undefined && { cid }),
  });
  if (recovers && carrier.type === 'relay') {
    draft.tell(participant, { type: 'media-session', roomId: draft.state.roomId, session, carrier });
  }
  passPending(draft, participant);
}

/**
 * Passes on what the participant asked of its session while there was no way to it. A client that recovers is shown the
 * way and repeats what still matters, its open offer and its wishes for quality, and the node repeats an offer that was
 * not answered: passed on as well, everything would be done twice.
 */
export function passPending(draft: Draft, participant: ParticipantState): void {
  const { participantId, session, nodeId, recovers } = participant;
  const pending = participant.pending.splice(0);
  if (recovers) return;
  for (const message of pending) {
    if (isStale(session, message)) continue;
    draft.tellNode(nodeId, { type: 'session-request', participantId, session, message });
  }
}

/** Tells the node of grants that have changed, which it may not have heard of. */
export function restateGrants(
  draft: Draft,
  { participantId, nodeId, session, grants, regranted }: ParticipantState,
): void {
  if (regranted) draft.tellNode(nodeId, { type: 'set-grants', participantId, session, grants });
}

/** What a client asks of its session and cannot pass through: it is kept until there is a way, or refused. */
export function requestSession(draft: Draft, participant: ParticipantState, message: SessionRequest): void {
  const { participantId, session, nodeId } = participant;
  if (isStale(session, message)) return;
  if (message.type === 'answer') participant.receives = true;
  if (draft.tellNode(nodeId, { type: 'session-request', participantId, session, message })) return;
  // Nodes learn candidates from connectivity checks; keeping them would only crowd out an offer.
  if (message.type === 'ice-candidate') return;
  const assignment = draft.linked();
  if (assignment !== undefined && !participant.recovers) {
    if (message.type !== 'offer' && message.type !== 'start-screen-share') {
      const text = 'The media session has ended; send a new offer to begin another.';
      return refuseForNow(draft, participant, message, text);
    }
    // The node had ended the session; a new offer is a new beginning, once its pause is over.
    if (participant.reopenAt === undefined) {
      participant.pending.push(message);
      return openSession(draft, participant, assignment);
    }
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
  draft.tell(participant, { type: 'error', code: 'media_unavailable', message, ...aboutRequest(request) });
}

function pendingLength(draft: Draft, next: SessionRequest): number {
  const waiting = Object.values(draft.state.participants).flatMap((participant) => participant.pending);
  return JSON.stringify([...waiting, next]).length;
}

/** A client asks for another way to its session. */
export function reconnectSession(
  draft: Draft,
  participant: ParticipantState,
  { type, session, carrier }: ReconnectSession,
): void {
  if (!participant.recovers) {
    const message = 'Only a client that said recovers in join can ask for this.';
    return draft.tell(participant, { type: 'error', code: 'invalid_message', message, requestType: type });
  }
  // It has been shown the way to a newer one.
  if (session !== participant.session) return;
  participant.carrier = carrier;
  const assignment = participant.nodeId === undefined ? undefined : draft.linked(participant.nodeId);
  // While the node is out of reach it waits: the next link, or the next node, brings the answer.
  if (assignment === undefined) participant.awaitsWay = true;
  else showWay(draft, participant, assignment);
}

/** A node reports about one participant's session. */
export function sessionReported(draft: Draft, nodeId: string, report: LinkReport): void {
  const { participantId, session } = report;
  const participant = draft.state.participants[participantId];
  if (participant?.nodeId !== nodeId || participant.session !== session) {
    // It left or has another session by now: the node has nothing to hold for this one.
    if (report.type !== 'session-closed') {
      draft.tellNode(nodeId, { type: 'close-session', participantId, session });
    }
    return;
  }
  switch (report.type) {
    case 'session-event':
      // It has passed through.
      return;
    case 'session-opened':
      // That it is there is as it should be; its ticket may be from before a change of grants.
      restateGrants(draft, participant);
      return;
    case 'track-published':
      publishTrack(draft, participant, report.track);
      return;
    case 'track-unpublished':
      unpublishTrack(draft, participant, report.trackId);
      return;
    case 'media-state':
      if (report.state === participant.media) return;
      participant.media = report.state;
      participant.mediaSince = draft.now;
      if (report.state === 'connected') {
        participant.failures = 0;
        delete participant.overloaded;
        delete participant.onProbation;
      }
      leaveIfGone(draft, participant);
      return;
    case 'session-closed':
      sessionClosed(draft, participant, report.code, report.message);
      return;
    default:
      report satisfies never;
  }
}

function sessionClosed(draft: Draft, participant: ParticipantState, code: ErrorCode, message: string): void {
  if (!loseSession(draft, participant)) return;
  const wasRefused = participant.overloaded === true;
  delete participant.overloaded;
  if (participant.connectionId === undefined) return leaveIfGone(draft, participant);
  const { failures } = participant;
  participant.failures += 1;
  if (code === 'room_overloaded') {
    // Whoever is refused for load stays without media, and is told once, not at each try.
    if (!wasRefused) draft.tell(participant, { type: 'error', code, message });
    participant.overloaded = true;
    participant.reopenAt = draft.now + Math.min(TIMES.overloadedFirst * 2 ** failures, TIMES.overloadedMost);
    return;
  }
  // The first failure is healed without a word.
  if (failures > 0) draft.tell(participant, { type: 'error', code, message });
  const pause = failures === 0 ? 0 : Math.min(TIMES.reopenFirst * 2 ** (failures - 1), TIMES.reopenMost);
  participant.reopenAt = draft.now + pause;
  reopenSessions(draft);
}

/**
 * The participant's session is gone, with its tracks. A client that recovers begins another with new PeerConnections. A
 * browser's PeerConnection that only sends survives that (Chromium 156 does: it takes the other node's ICE and DTLS in
 * the answer to its next offer), so a client that waits to be asked for offers is asked. Others have to join again.
 *
 * @returns false when the participant is gone with it
 */
export function loseSession(draft: Draft, participant: ParticipantState): boolean {
  const { recovers, receives, requestOffers, media, tracks } = participant;
  const wasUsed = media !== 'none' || tracks.length > 0;
  unpublishAll(draft, participant);
  delete participant.nodeId;
  participant.media = 'none';
  participant.mediaSince = draft.now;
  if (recovers || !wasUsed) return true;
  if (receives || !requestOffers) {
    expel(draft, participant);
    return false;
  }
  participant.onProbation = true;
  return true;
}

/** Opens the sessions whose pause is over, where there is a node. */
export function reopenSessions(draft: Draft): void {
  const assignment = draft.linked();
  if (assignment === undefined) return;
  for (const participant of Object.values(draft.state.participants)) {
    if (participant.reopenAt === undefined || draft.now < participant.reopenAt) continue;
    openSession(draft, participant, assignment);
  }
}
