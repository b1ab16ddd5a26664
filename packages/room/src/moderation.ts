import type { ErrorCode } from '@parley/protocol/errors';
import type { Grants, GrantsChange } from '@parley/protocol/grants';
import type { ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import type { UpdateRoomRequest } from '@parley/protocol/rest';
import type { ResumeKey } from './commands.ts';
import type { Draft } from './draft.ts';
import { admit, deny, lobbyChanged } from './lobby.ts';
import { eject } from './membership.ts';
import { MAX_BANS, type ParticipantState, type RoomState } from './state.ts';
import { muteTrack } from './tracks.ts';
import { lobbyGuest } from './views.ts';

/** Why a moderator's request comes to nothing; undefined when it does not. */
export function moderationRefusal(
  state: RoomState,
  request: ModerationAction,
): [ErrorCode, string] | undefined {
  switch (request.action) {
    case 'lock':
    case 'set-lobby':
      return undefined;
    case 'unban':
      if (Object.hasOwn(state.bans, request.banId)) return undefined;
      return ['ban_not_found', `There is no ban ${request.banId}; it may have ended.`];
    case 'admit':
    case 'deny': {
      const { participantId, action } = request;
      if (!Object.hasOwn(state.lobby, participantId)) {
        return ['participant_not_found', `Nobody ${participantId} waits in the lobby.`];
      }
      const { maxParticipants } = state.settings;
      if (action === 'deny' || Object.keys(state.participants).length < maxParticipants) return undefined;
      return ['room_full', `The room holds ${maxParticipants}; admit more when somebody has left.`];
    }
    case 'kick':
    case 'rename':
    case 'set-grants':
      if (Object.hasOwn(state.participants, request.participantId)) return undefined;
      return nobody(request.participantId);
    case 'mute': {
      const { participantId, trackId } = request;
      if (!Object.hasOwn(state.participants, participantId)) return nobody(participantId);
      const has = state.participants[participantId]?.tracks.some((track) => track.trackId === trackId);
      return has
        ? undefined
        : ['track_not_found', `Participant ${participantId} publishes no track ${trackId}.`];
    }
    default:
      return request satisfies never;
  }
}

function nobody(participantId: string): [ErrorCode, string] {
  return ['participant_not_found', `Nobody ${participantId} is in the room; it may have left.`];
}

/** A participant moderates, if it may. */
export function moderateAs(
  draft: Draft,
  participant: ParticipantState,
  request: ModerationAction,
  resumeKey: ResumeKey | undefined,
): void {
  const { participantId, name, grants } = participant;
  const refusal = grants.moderate
    ? moderationRefusal(draft.state, request)
    : (['forbidden', 'You may not moderate here; ask whoever runs the room.'] as const);
  if (refusal === undefined) {
    return moderate(draft, { type: 'participant', participantId, name }, request, resumeKey);
  }
  const [code, message] = refusal;
  draft.tell(participant, { type: 'error', code, message, requestType: 'moderate' });
}

/** Does what a moderator asks, and logs who asked. Nothing, where {@link moderationRefusal} has a reason. */
export function moderate(
  draft: Draft,
  by: ModeratedBy,
  request: ModerationAction,
  resumeKey: ResumeKey | undefined,
): void {
  const { state, now } = draft;
  if (state.phase === 'closed' || moderationRefusal(state, request) !== undefined) return;
  draft.record({ type: 'moderated', roomId: state.roomId, by, request, at: now });
  if (request.action === 'lock' || request.action === 'set-lobby') {
    if (request.action === 'lock') state.settings.locked = request.locked;
    else setLobby(draft, request.lobby);
    return roomUpdated(draft);
  }
  if (request.action === 'unban') {
    delete state.bans[request.banId];
    return;
  }
  const waiting = state.lobby[request.participantId];
  if (request.action === 'admit' || request.action === 'deny') {
    if (waiting === undefined) return;
    return request.action === 'admit' ? admit(draft, waiting, resumeKey) : deny(draft, waiting);
  }
  const participant = state.participants[request.participantId];
  if (participant === undefined) return;
  switch (request.action) {
    case 'kick': {
      const { banSeconds } = request;
      if (banSeconds !== undefined) ban(draft, participant, now + banSeconds * 1000);
      const code = banSeconds === undefined ? 'kicked' : 'banned';
      return eject(draft, participant, 'kicked', code, 'A moderator has removed you from the room.');
    }
    case 'mute':
      // Nobody is unmuted by somebody else.
      return muteTrack(draft, participant, request.trackId, true);
    case 'rename':
      return rename(draft, participant, request.name);
    case 'set-grants':
      return setGrants(draft, participant, request.grants);
    default:
      request satisfies never;
  }
}

function ban({ state, now }: Draft, participant: ParticipantState, until: number): void {
  const { participantId: banId, name, identity, address } = participant;
  for (const { banId: old, until: ended } of Object.values(state.bans)) {
    if (ended <= now) delete state.bans[old];
  }
  const [next] = Object.values(state.bans).sort((a, b) => a.until - b.until);
  if (next !== undefined && Object.keys(state.bans).length >= MAX_BANS) delete state.bans[next.banId];
  const whom = identity === undefined ? { ...(address !== undefined && { address }) } : { identity };
  state.bans[banId] = { banId, name, ...whom, until };
}

/** A participant has another name from now on. */
export function rename(draft: Draft, participant: ParticipantState, name: string): void {
  const { participantId } = participant;
  if (participant.name === name) return;
  participant.name = name;
  draft.record({ type: 'participant-renamed', roomId: draft.state.roomId, participantId, name });
}

function setGrants(draft: Draft, participant: ParticipantState, change: GrantsChange): void {
  const { roomId } = draft.state;
  const { participantId, nodeId, session } = participant;
  const before = participant.grants;
  const grants = changedGrants(before, change);
  participant.grants = grants;
  draft.tell(participant, { type: 'grants-changed', roomId, grants });
  draft.tellNode(nodeId, { type: 'set-grants', participantId, session, grants });
  if (before.moderate === grants.moderate) return;
  const { moderate: moderator } = grants;
  draft.record({ type: 'moderator-changed', roomId, participantId, moderator });
  if (moderator) {
    const waiting = Object.values(draft.state.lobby).map(lobbyGuest);
    draft.tell(participant, { type: 'lobby', roomId, waiting });
  }
}

/** Grants with a change applied: what is absent stays. */
export function changedGrants(grants: Grants, change: GrantsChange): Grants {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...grants, ...(Object.fromEntries(given) as Partial<Grants>) };
}

/** The room is called or sized otherwise from now on. Who is in it stays, whatever its size. */
export function updateRoom(draft: Draft, by: ModeratedBy, change: UpdateRoomRequest): void {
  const { state } = draft;
  if (state.phase === 'closed') return;
  const { name, maxParticipants, metadata, locked, lobby } = change;
  if (locked !== undefined && locked !== state.settings.locked) {
    moderate(draft, by, { action: 'lock', locked }, undefined);
  }
  if (lobby !== undefined && lobby !== state.settings.lobby) {
    moderate(draft, by, { action: 'set-lobby', lobby }, undefined);
  }
  if (name === undefined && maxParticipants === undefined && metadata === undefined) return;
  const { settings } = state;
  settings.name = name ?? settings.name;
  settings.maxParticipants = maxParticipants ?? settings.maxParticipants;
  settings.metadata = metadata ?? settings.metadata;
  roomUpdated(draft);
}

function setLobby(draft: Draft, lobby: boolean): void {
  draft.state.settings.lobby = lobby;
  if (lobby) lobbyChanged(draft);
}

function roomUpdated(draft: Draft): void {
  const { name, maxParticipants, locked, lobby, metadata } = draft.state.settings;
  const { roomId } = draft.state;
  draft.record({ type: 'room-updated', roomId, name, maxParticipants, locked, lobby, metadata });
}
