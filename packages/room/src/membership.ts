import type { Join } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { LeaveReason } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { hasToWait, isSame, type Refusal, refusalOf, unfitFor } from './admission.ts';
import { checkAutoRecord } from './auto-record.ts';
import type { Command, ResumeKey } from './commands.ts';
import type { Draft } from './draft.ts';
import type { JoinedByRoom } from './effects.ts';
import { dismissOlder, guestOf, leaveLobby, wait } from './lobby.ts';
import { needsNode } from './placement.ts';
import { leavesAt } from './presence.ts';
import { recorded, tellRecorder } from './recorder-link.ts';
import { openSession, showWay } from './sessions.ts';
import { LOG_LENGTH, type LobbyEntry, type ParticipantState, type RoomState } from './state.ts';
import { lobbyGuest, publicParticipant, recordingNow } from './views.ts';

type JoinCommand = Extract<Command, { type: 'join' }>;

/** Lets somebody in or back in, or says why not and closes the socket. */
export function join(draft: Draft, command: JoinCommand): void {
  const { connectionId, request } = command;
  const { state } = draft;
  if (draft.byConnection(connectionId) !== undefined || guestOf(state, connectionId) !== undefined) {
    draft.refuse(
      connectionId,
      'already_joined',
      'This socket is in the room; open another to join again.',
      'join',
    );
    return;
  }
  const { participantId, address, cid } = command;
  const known = returning(draft.state, request, command.shownHash);
  const refused = refusal(draft, command, known);
  if (refused !== undefined) {
    const [code, message] = refused;
    draft.refuse(connectionId, code, message, 'join');
    draft.emit({ type: 'disconnect', connectionId, code, reason: message });
    if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
    return;
  }
  if (known !== undefined && request.resume !== undefined) {
    if (command.cid !== undefined) known.cid ??= command.cid;
    // It has its place already.
    if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
    return comeBack(draft, known, connectionId, request, request.resume.seq);
  }
  const { access } = command;
  if ('code' in access) return;
  const entry: LobbyEntry = {
    participantId,
    connectionId,
    request: withoutSecrets(request),
    access,
    ...(address !== undefined && { address }),
    ...(cid !== undefined && { cid }),
    since: draft.now,
  };
  if (hasToWait(state, access)) return wait(draft, entry);
  enter(draft, entry, command.resumeKey);
}

/** What is kept of a request: secrets are for the moment. */
function withoutSecrets({ token: _token, resume: _resume, ...request }: Join): Join {
  return request;
}

/** Somebody is in the room from now on; an older self of the same identity is not. */
export function enter(draft: Draft, entry: LobbyEntry, resumeKey: ResumeKey): void {
  const { state } = draft;
  const older = Object.values(state.participants).find((one) => isSame(one, entry.access));
  if (older !== undefined) {
    eject(draft, older, 'replaced', 'identity_replaced', 'You have joined again from elsewhere.');
  }
  dismissOlder(draft, entry.access);
  const participant = newcomer(draft, entry, resumeKey);
  state.participants[participant.participantId] = participant;
  delete state.emptySince;
  draft.record(
    { type: 'participant-joined', roomId: state.roomId, participant: publicParticipant(participant) },
    participant,
  );
  tellRecorder(draft, { type: 'participant', participant: recorded(participant) });
  draft.tell(participant, { ...joined(draft, participant, false), resumeSecret: resumeKey.resumeSecret });
  const assignment = draft.linked();
  if (assignment !== undefined) openSession(draft, participant, assignment);
  else needsNode(draft, participant);
  checkAutoRecord(draft);
}

function newcomer({ now }: Draft, entry: LobbyEntry, { resumeHash }: ResumeKey): ParticipantState {
  const { participantId, connectionId, request, access, address, cid } = entry;
  const { identity, name, grants } = access;
  return {
    participantId,
    name: name ?? request.participantName,
    ...(name !== undefined && { nameGiven: true as const }),
    ...(cid !== undefined && { cid }),
    ...(identity !== undefined && { identity }),
    ...(address !== undefined && { address }),
    joinedAt: now,
    connectionId,
    resumeHash,
    grants,
    requestOffers: request.requestOffers ?? true,
    ...(request.autoSubscribe === false && { autoSubscribe: false as const }),
    recovers: request.recovers ?? false,
    direct: request.direct ?? false,
    session: 0,
    carrier: 'relay',
    media: 'none',
    mediaSince: now,
    failures: 0,
    receives: false,
    tracks: [],
    pending: [],
  };
}

function joined({ state }: Draft, participant: ParticipantState, resumed: boolean): JoinedByRoom {
  const { name, maxParticipants, locked, lobby, metadata } = state.settings;
  const { grants, identity, name: ownName } = participant;
  const others = Object.values(state.participants).filter((other) => other !== participant);
  return {
    type: 'joined',
    version: PROTOCOL_VERSION,
    roomId: state.roomId,
    participantId: participant.participantId,
    room: { name, maxParticipants, createdAt: state.createdAt, locked, lobby, metadata },
    name: ownName,
    ...(identity !== undefined && { identity }),
    grants,
    ...(grants.moderate && { lobby: Object.values(state.lobby).map(lobbyGuest) }),
    participants: others.map(publicParticipant),
    ...recordingNow(state),
    seq: state.lastSeq,
    resumed,
  };
}

/** The participant that the request has proved to be: it has its place already. */
export function returning(
  state: RoomState,
  request: Join,
  shownHash: string | undefined,
): ParticipantState | undefined {
  if (request.resume === undefined || shownHash === undefined) return undefined;
  const { participantId } = request.resume;
  const known = Object.hasOwn(state.participants, participantId)
    ? state.participants[participantId]
    : undefined;
  return known !== undefined && equal(known.resumeHash, shownHash) ? known : undefined;
}

/** Compares in a time that does not depend on where two strings of one length differ. */
function equal(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** Somebody comes back over another socket: it learns what it missed, and the way to its media session. */
function comeBack(
  draft: Draft,
  participant: ParticipantState,
  connectionId: string,
  request: Join,
  seq: number,
): void {
  const { state } = draft;
  const older = participant.connectionId;
  if (older !== undefined) {
    const code = 'resumed_elsewhere';
    const reason = 'This participant has come back over another socket.';
    draft.emit({ type: 'send', connectionId: older, message: { type: 'error', code, message: reason } });
    draft.emit({ type: 'disconnect', connectionId: older, code, reason });
  }
  participant.connectionId = connectionId;
  delete participant.vanishedAt;
  participant.requestOffers = request.requestOffers ?? true;
  if (request.autoSubscribe === false) participant.autoSubscribe = false;
  else delete participant.autoSubscribe;
  participant.recovers = request.recovers ?? false;
  participant.direct = request.direct ?? false;

  const { roomId, lastSeq } = state;
  const { participantId } = participant;
  if (seq <= lastSeq && seq >= lastSeq - LOG_LENGTH) {
    draft.tell(participant, { type: 'resumed', roomId, participantId, seq: lastSeq });
    draft.emit({ type: 'replay', connectionId, participantId, after: seq, upTo: lastSeq });
    retell(draft, participant);
  } else draft.tell(participant, joined(draft, participant, true));

  const assignment = draft.linked(participant.nodeId);
  if (assignment === undefined) {
    participant.awaitsWay = true;
    return needsNode(draft, participant);
  }
  if (participant.nodeId === undefined) {
    // One that ended again and again is opened when its pause is over.
    if (participant.reopenAt === undefined) openSession(draft, participant, assignment);
  } else showWay(draft, participant, assignment);
}

/** What is of the moment, and may have been said while nobody listened. */
function retell(draft: Draft, participant: ParticipantState): void {
  const { roomId, lobby } = draft.state;
  const { grants, regranted } = participant;
  if (regranted) draft.tell(participant, { type: 'grants-changed', roomId, grants });
  if (!grants.moderate) return;
  draft.tell(participant, { type: 'lobby', roomId, waiting: Object.values(lobby).map(lobbyGuest) });
}

function refusal(
  draft: Draft,
  command: JoinCommand,
  known: ParticipantState | undefined,
): Refusal | undefined {
  const { state } = draft;
  const { request, access, address } = command;
  if (state.phase === 'closed') return ['room_closed', 'The room was closed; join again to open it anew.'];
  const unfit = unfitFor(state.roomId, request);
  if (unfit !== undefined) return unfit;
  // Who comes back has been let in before.
  if (known !== undefined) return undefined;
  if ('code' in access) return [access.code, access.message];
  return refusalOf(draft, { access, ...(address !== undefined && { address }) });
}

/** Takes a participant out of the room, and tells it why. */
export function eject(
  draft: Draft,
  participant: ParticipantState,
  reason: LeaveReason,
  code: ErrorCode,
  message: string,
): void {
  const { connectionId } = participant;
  draft.tell(participant, { type: 'error', code, message });
  takeOut(draft, participant, reason);
  if (connectionId !== undefined) draft.emit({ type: 'disconnect', connectionId, code, reason: message });
}

/** Takes a participant out of the room and tells everybody. */
export function remove(draft: Draft, participant: ParticipantState, reason: LeaveReason): void {
  takeOut(draft, participant, reason);
  const { connectionId } = participant;
  if (connectionId !== undefined) draft.emit({ type: 'disconnect', connectionId, reason });
}

/** Takes out a participant whose client cannot go on without its lost session, and tells it to join again. */
export function expel(draft: Draft, participant: ParticipantState): void {
  const message = 'The media session was lost with its node; join again.';
  eject(draft, participant, 'connection-lost', 'session_lost', message);
}

function takeOut(draft: Draft, participant: ParticipantState, reason: LeaveReason): void {
  const { state } = draft;
  const { participantId, nodeId, session, address } = participant;
  delete state.participants[participantId];
  if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
  if (session > 0) draft.tellNode(nodeId, { type: 'close-session', participantId, session });
  draft.record({ type: 'participant-left', roomId: state.roomId, participantId, reason });
  tellRecorder(draft, { type: 'participant-left', participantId });
  if (Object.keys(state.participants).length > 0) return;
  state.emptySince = draft.now;
  if (state.placement.state === 'waiting') state.placement = { state: 'none' };
  state.toldNoNode = false;
  delete state.recordings.autoStopped;
}

/** A socket is gone. That alone proves nothing: see {@link leavesAt}. */
export function connectionClosed(draft: Draft, connectionId: string): void {
  const waiting = guestOf(draft.state, connectionId);
  if (waiting !== undefined) return leaveLobby(draft, waiting);
  const participant = draft.byConnection(connectionId);
  if (participant === undefined) return;
  delete participant.connectionId;
  participant.vanishedAt = draft.now;
  leaveIfGone(draft, participant);
}

/** Takes out a participant that is gone by now. */
export function leaveIfGone(draft: Draft, participant: ParticipantState): void {
  const at = leavesAt(draft.state, participant);
  if (at !== undefined && draft.now >= at) remove(draft, participant, 'connection-lost');
}
