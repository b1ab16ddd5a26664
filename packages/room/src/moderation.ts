import type { Grants, GrantsChange } from '@parley/protocol/grants';
import type { ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import type { UpdateRoomRequest } from '@parley/protocol/rest';
import { fullness, isSame, type Refusal } from './admission.ts';
import { setAutoRecord } from './auto-record.ts';
import { ban, isBanned } from './bans.ts';
import type { ResumeKey } from './commands.ts';
import type { Draft } from './draft.ts';
import { admit, dismiss, emptyLobby } from './lobby.ts';
import { eject } from './membership.ts';
import { recorded, tellRecorder } from './recorder-link.ts';
import type { ParticipantState, RoomState } from './state.ts';
import { muteTrack } from './tracks.ts';
import { lobbyGuest } from './views.ts';

/** Why a moderator's request comes to nothing; undefined when it does not. */
export function moderationRefusal(state: RoomState, request: ModerationAction): Refusal | undefined {
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
      const entry = Object.hasOwn(state.lobby, participantId) ? state.lobby[participantId] : undefined;
      if (entry === undefined) {
        return ['participant_not_found', `Nobody ${participantId} waits in the lobby.`];
      }
      return action === 'deny' ? undefined : fullness(state, entry.access);
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

function nobody(participantId: string): Refusal {
  return ['participant_not_found', `Nobody ${participantId} is in the room; it may have left.`];
}

/** A participant moderates, if it may. */
export function moderateAs(
  draft: Draft,
  participant: ParticipantState,
  request: ModerationAction,
  resumeKeys: readonly ResumeKey[],
): void {
  const { participantId, name } = participant;
  const refusal = forbidden(participant, request) ?? moderationRefusal(draft.state, request);
  if (refusal === undefined) {
    return moderate(draft, { type: 'participant', participantId, name }, request, resumeKeys);
  }
  const [code, message] = refusal;
  draft.tell(participant, { type: 'error', code, message, requestType: 'moderate' });
}

/** Who moderates over the API with a participant's token, and what that says. */
export interface TokenModerator {
  identity?: string;
  grants: Pick<Grants, 'moderate' | 'record'>;
}

/** Why a participant's token may not moderate over the API: what the room has taken from its identity counts there too. */
export function tokenRefusal(
  state: RoomState,
  moderator: TokenModerator,
  request: ModerationAction,
  now: number,
): Refusal | undefined {
  if (isBanned(state, moderator, undefined, now)) {
    return ['banned', 'You are banned from this room; another moderator can end that.'];
  }
  const present = Object.values(state.participants).find((one) => isSame(one, moderator));
  return forbidden(present ?? moderator, request);
}

function forbidden(
  { grants }: Pick<TokenModerator, 'grants'>,
  request: ModerationAction,
): Refusal | undefined {
  if (!grants.moderate) return ['forbidden', 'You may not moderate here; ask whoever runs the room.'];
  // Else whoever moderates could record as well.
  if (request.action === 'set-grants' && request.grants.record === true && !grants.record) {
    return ['forbidden', 'You may not record, and so cannot let somebody record.'];
  }
  return undefined;
}

/** Does what a moderator asks, and logs who asked. Nothing, where {@link moderationRefusal} has a reason. */
export function moderate(
  draft: Draft,
  by: ModeratedBy,
  request: ModerationAction,
  resumeKeys: readonly ResumeKey[],
): void {
  const { state, now } = draft;
  if (state.phase === 'closed' || moderationRefusal(state, request) !== undefined) return;
  draft.record({ type: 'moderated', roomId: state.roomId, by, request, at: now });
  if (request.action === 'lock' || request.action === 'set-lobby') {
    if (request.action === 'lock') state.settings.locked = request.locked;
    else state.settings.lobby = request.lobby;
    roomUpdated(draft);
    if (!state.settings.lobby) emptyLobby(draft, resumeKeys);
    return;
  }
  if (request.action === 'unban') {
    delete state.bans[request.banId];
    return;
  }
  const waiting = state.lobby[request.participantId];
  if (request.action === 'admit' || request.action === 'deny') {
    if (waiting === undefined) return;
    if (request.action === 'admit') return admit(draft, waiting, resumeKeys);
    return dismiss(draft, waiting, 'lobby_denied', 'A moderator did not admit you to the room.');
  }
  const participant = state.participants[request.participantId];
  if (participant === undefined) return;
  switch (request.action) {
    case 'kick': {
      const { banSeconds } = request;
      const keptOut = banSeconds !== undefined && ban(draft, participant, now + banSeconds * 1000);
      const code = keptOut ? 'banned' : 'kicked';
      return eject(draft, participant, 'kicked', code, 'A moderator has removed you from the room.');
    }
    case 'mute':
      // Nobody is unmuted by somebody else.
      return muteTrack(draft, participant, request.trackId, true);
    case 'rename':
      if (by.type === 'api' || by.participantId !== participant.participantId) participant.nameGiven = true;
      return rename(draft, participant, request.name);
    case 'set-grants':
      return setGrants(draft, participant, request.grants);
    default:
      request satisfies never;
  }
}

/** A participant changes its own name, unless that was given. */
export function renameSelf(draft: Draft, participant: ParticipantState, name: string): void {
  if (!participant.nameGiven || participant.grants.moderate) return rename(draft, participant, name);
  const message = 'Your name was given to you; ask a moderator to change it.';
  draft.tell(participant, { type: 'error', code: 'forbidden', message, requestType: 'rename' });
}

function rename(draft: Draft, participant: ParticipantState, name: string): void {
  const { participantId } = participant;
  if (participant.name === name) return;
  participant.name = name;
  draft.record({ type: 'participant-renamed', roomId: draft.state.roomId, participantId, name });
  tellRecorder(draft, { type: 'participant', participant: recorded(participant) });
}

function setGrants(draft: Draft, participant: ParticipantState, change: GrantsChange): void {
  const { roomId } = draft.state;
  const { participantId, nodeId, session } = participant;
  const before = participant.grants;
  const grants = changedGrants(before, change);
  participant.grants = grants;
  participant.regranted = true;
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
export function updateRoom(
  draft: Draft,
  by: ModeratedBy,
  change: UpdateRoomRequest,
  resumeKeys: readonly ResumeKey[],
): void {
  const { state } = draft;
  if (state.phase === 'closed') return;
  const { name, maxParticipants, metadata, media, autoRecord, locked, lobby } = change;
  if (locked !== undefined && locked !== state.settings.locked) {
    moderate(draft, by, { action: 'lock', locked }, []);
  }
  const { settings } = state;
  if (name !== undefined || maxParticipants !== undefined || metadata !== undefined) {
    settings.name = name ?? settings.name;
    settings.maxParticipants = maxParticipants ?? settings.maxParticipants;
    settings.metadata = metadata ?? settings.metadata;
    roomUpdated(draft);
  }
  if (media !== undefined) {
    settings.media = media;
    for (const { nodeId } of Object.values(state.assignments)) {
      draft.tellNode(nodeId, { type: 'set-room-media', media });
    }
  }
  if (autoRecord !== undefined) setAutoRecord(draft, autoRecord);
  // Last: whom it lets in counts against the new size.
  if (lobby === undefined || lobby === settings.lobby) return;
  moderate(draft, by, { action: 'set-lobby', lobby }, resumeKeys);
}

function roomUpdated(draft: Draft): void {
  const { name, maxParticipants, locked, lobby, metadata } = draft.state.settings;
  const { roomId } = draft.state;
  draft.record({ type: 'room-updated', roomId, name, maxParticipants, locked, lobby, metadata });
}
