import type { Join } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { LeaveReason } from '@parley/protocol/server-messages';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import type { Draft } from './draft.ts';
import { needsNode } from './placement.ts';
import { openSession } from './sessions.ts';
import type { ParticipantState } from './state.ts';
import { publicParticipant } from './views.ts';

/** Lets somebody in, or says why not and closes the socket. */
export function join(draft: Draft, connectionId: string, participantId: string, request: Join): void {
  const { state, now } = draft;
  if (draft.byConnection(connectionId) !== undefined) {
    draft.refuse(
      connectionId,
      'already_joined',
      'This socket is in the room; open another to join again.',
      'join',
    );
    return;
  }
  const refusal = refusalOf(draft, request);
  if (refusal !== undefined) {
    const [code, message] = refusal;
    draft.refuse(connectionId, code, message, 'join');
    draft.emit({ type: 'disconnect', connectionId, code, reason: message });
    return;
  }
  const participant: ParticipantState = {
    participantId,
    name: request.participantName,
    joinedAt: now,
    connectionId,
    grants: state.settings.grants,
    requestOffers: request.requestOffers ?? true,
    media: 'none',
    tracks: [],
    pending: [],
  };
  const others = Object.values(state.participants);
  state.participants[participantId] = participant;
  delete state.emptySince;

  draft.tell(participant, {
    type: 'joined',
    version: PROTOCOL_VERSION,
    roomId: state.roomId,
    participantId,
    room: {
      name: state.settings.name,
      maxParticipants: state.settings.maxParticipants,
      createdAt: state.createdAt,
    },
    participants: others.map(publicParticipant),
  });
  draft.broadcast(
    { type: 'participant-joined', roomId: state.roomId, participant: publicParticipant(participant) },
    participant,
  );
  const assignment = draft.linked();
  if (assignment !== undefined) openSession(draft, participant, assignment);
  else needsNode(draft, participant);
}

/** Why a join cannot be one for this room, whoever is in it; undefined when it can. */
export function unfitFor(roomId: string, request: Join): [ErrorCode, string] | undefined {
  if (request.roomId !== roomId) {
    return ['wrong_room', `This socket leads to room ${roomId}; open another for ${request.roomId}.`];
  }
  if (!isSupportedVersion(request.version)) {
    return ['unsupported_version', `This server speaks version ${PROTOCOL_VERSION}; update the client.`];
  }
  return undefined;
}

function refusalOf({ state }: Draft, request: Join): [ErrorCode, string] | undefined {
  if (state.phase === 'closed') return ['room_closed', 'The room was closed; join again to open it anew.'];
  const unfit = unfitFor(state.roomId, request);
  if (unfit !== undefined) return unfit;
  const { maxParticipants } = state.settings;
  if (Object.keys(state.participants).length >= maxParticipants) {
    return ['room_full', `The room holds ${maxParticipants}; try again when somebody has left.`];
  }
  return undefined;
}

/** Takes a participant out of the room and tells everybody. */
export function remove(draft: Draft, participant: ParticipantState, reason: LeaveReason): void {
  const { state } = draft;
  const { participantId, nodeId, connectionId } = participant;
  delete state.participants[participantId];
  draft.tellNode(nodeId, { type: 'close-session', participantId });
  if (connectionId !== undefined) draft.emit({ type: 'disconnect', connectionId, reason });
  draft.broadcast({ type: 'participant-left', roomId: state.roomId, participantId, reason });
  if (Object.keys(state.participants).length > 0) return;
  state.emptySince = draft.now;
  if (state.placement.state === 'waiting') state.placement = { state: 'none' };
  state.toldNoNode = false;
}

/**
 * A socket is gone. That alone proves nothing: while the node still sees the participant's media, it is kept for
 * `TIMES.vanishedGrace`.
 */
export function connectionClosed(draft: Draft, connectionId: string): void {
  const participant = draft.byConnection(connectionId);
  if (participant === undefined) return;
  delete participant.connectionId;
  participant.vanishedAt = draft.now;
  if (participant.media !== 'connected') remove(draft, participant, 'connection-lost');
}
