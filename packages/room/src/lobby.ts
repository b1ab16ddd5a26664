import type { MemberMessage, ResumeKey } from './commands.ts';
import type { Draft } from './draft.ts';
import { enter } from './membership.ts';
import { type LobbyEntry, MAX_LOBBY, type RoomState } from './state.ts';
import { lobbyGuest } from './views.ts';

/** Somebody has to wait until a moderator admits it. */
export function wait(draft: Draft, entry: LobbyEntry): void {
  const { state } = draft;
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

/** Whether nobody more may wait. */
export function isLobbyFull({ state }: Draft): boolean {
  return Object.keys(state.lobby).length >= MAX_LOBBY;
}

/** Lets somebody in who waits. Whatever has changed meanwhile does not matter: a moderator has decided. */
export function admit(draft: Draft, entry: LobbyEntry, resumeKey: ResumeKey | undefined): void {
  delete draft.state.lobby[entry.participantId];
  if (resumeKey !== undefined) enter(draft, entry, resumeKey);
  lobbyChanged(draft);
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

/** Sends somebody away who waits. */
export function deny(draft: Draft, entry: LobbyEntry): void {
  leaveLobby(draft, entry);
  const { connectionId } = entry;
  const code = 'lobby_denied';
  const message = 'A moderator did not admit you to the room.';
  draft.refuse(connectionId, code, message, 'join');
  draft.emit({ type: 'disconnect', connectionId, code, reason: message });
}

/** Somebody waits no longer. */
export function leaveLobby(draft: Draft, { participantId, address }: LobbyEntry): void {
  delete draft.state.lobby[participantId];
  if (address !== undefined) draft.emit({ type: 'free-place', participantId, address });
  lobbyChanged(draft);
}

/** Tells those who moderate who waits now. */
export function lobbyChanged(draft: Draft): void {
  const { roomId, lobby } = draft.state;
  draft.tellModerators({ type: 'lobby', roomId, waiting: Object.values(lobby).map(lobbyGuest) });
}
