import type { ErrorCode } from '@parley/protocol/errors';
import type { ModerationAction } from '@parley/protocol/moderation';
import { isSame, refusalOf } from './admission.ts';
import type { MemberMessage, ResumeKey } from './commands.ts';
import type { Draft } from './draft.ts';
import { enter } from './membership.ts';
import { type Access, type LobbyEntry, MAX_LOBBY, type RoomState } from './state.ts';
import { lobbyGuest } from './views.ts';

/** Somebody has to wait until a moderator admits it; one of the same identity who waits has its place taken. */
export function wait(draft: Draft, entry: LobbyEntry): void {
  const { state } = draft;
  dismissOlder(draft, entry.access);
  state.lobby[entry.participantId] = entry;
  draft.emit({
    type: 'send',
    connectionId: entry.connectionId,
    message: { type: 'waiting', roomId: state.roomId, participantId: entry.participantId },
  });
  lobbyChanged(draft);
}

/** Who waits over a connection. */
export function guestOf({ lobby }: RoomState, connectionId: string): LobbyEntry | undefined {
  return Object.values(lobby).find((entry) => entry.connectionId === connectionId);
}

/** How many resume keys an action needs at the most: one for each whom it lets in. */
export function keysNeeded(request: ModerationAction): number {
  if (request.action === 'admit') return 1;
  return request.action === 'set-lobby' && !request.lobby ? MAX_LOBBY : 0;
}

/** Lets somebody in who waits. Whatever has changed meanwhile does not matter: a moderator has decided. */
export function admit(draft: Draft, entry: LobbyEntry, [resumeKey]: readonly ResumeKey[]): void {
  if (resumeKey === undefined) return;
  delete draft.state.lobby[entry.participantId];
  enter(draft, entry, resumeKey);
  lobbyChanged(draft);
}

/** The room has no lobby any more: all who wait come in, oldest first, as if they joined now. */
export function emptyLobby(draft: Draft, resumeKeys: readonly ResumeKey[]): void {
  for (const [index, entry] of Object.values(draft.state.lobby).entries()) {
    const refusal = refusalOf(draft, entry);
    if (refusal === undefined) admit(draft, entry, resumeKeys.slice(index));
    else dismiss(draft, entry, ...refusal);
  }
}

/** A client that waits says something: all it can do is to go. */
export function guestMessage(draft: Draft, entry: LobbyEntry, { type }: MemberMessage): void {
  const { connectionId } = entry;
  if (type !== 'leave') {
    return draft.refuse(connectionId, 'join_required', 'Wait until a moderator has admitted you.', type);
  }
  leaveLobby(draft, entry);
  draft.emit({ type: 'disconnect', connectionId, reason: 'left' });
}

/** Sends somebody away who waits: the answer to its `join`. */
export function dismiss(draft: Draft, entry: LobbyEntry, code: ErrorCode, message: string): void {
  leaveLobby(draft, entry);
  const { connectionId } = entry;
  draft.refuse(connectionId, code, message, 'join');
  draft.emit({ type: 'disconnect', connectionId, code, reason: message });
}

/** Whoever waits under an identity goes when that comes again. */
export function dismissOlder(draft: Draft, access: Access): void {
  const older = Object.values(draft.state.lobby).find((entry) => isSame(entry.access, access));
  if (older !== undefined)
    dismiss(draft, older, 'identity_replaced', 'You have joined again from elsewhere.');
}

/** Somebody waits no longer. */
export function leaveLobby(draft: Draft, { participantId, address }: LobbyEntry): void {
  const { state, now } = draft;
  delete state.lobby[participantId];
  if (state.emptySince !== undefined) state.emptySince = now;
  if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
  lobbyChanged(draft);
}

/** Tells those who moderate who waits now. */
function lobbyChanged(draft: Draft): void {
  const { roomId, lobby } = draft.state;
  draft.tellModerators({ type: 'lobby', roomId, waiting: Object.values(lobby).map(lobbyGuest) });
}
