import { aboutRequest } from '@parley/protocol/about-request';
import type { Command, MemberMessage, ResumeKey } from './commands.ts';
import { Draft } from './draft.ts';
import type { Effect, LoggedEvent } from './effects.ts';
import { isCurrent, linkClosed, linkOpened, nodeChecked } from './links.ts';
import { guestMessage, guestOf } from './lobby.ts';
import { connectionClosed, join, remove } from './membership.ts';
import { moderate, moderateAs, renameSelf, updateRoom } from './moderation.ts';
import { isSessionRequest, passThrough } from './pass-through.ts';
import { assignFailed, placed, placementFailed } from './placement.ts';
import { recordingCommand } from './recording.ts';
import { reconnectSession, requestSession, sessionReported } from './sessions.ts';
import type { ParticipantState, RoomState } from './state.ts';
import { muteTrack } from './tracks.ts';
import { close, wake } from './wake.ts';

/** What a command comes to. */
export interface Outcome {
  state: RoomState;
  /** For the event log, to be stored together with the state. */
  events: LoggedEvent[];
  effects: Effect[];
}

/**
 * The room's rules: what a command makes of a room, and what has to be done about it. Pure: the same arguments give
 * the same result, `state` is left as it was, and nothing is read but the arguments. For what only
 * passes through the result has the same object. Never throws for any command.
 *
 * @param now milliseconds since the epoch
 */
export function apply(state: RoomState, command: Command, now: number): Outcome {
  const passed = passThrough(state, command);
  if (passed !== undefined) return { state, events: [], effects: passed };
  const draft = new Draft(state, now);
  dispatch(draft, command);
  return { state: draft.state, events: draft.events, effects: draft.effects };
}

function dispatch(draft: Draft, command: Command): void {
  switch (command.type) {
    case 'join':
      return join(draft, command);
    case 'client-message': {
      const { connectionId, message } = command;
      const participant = draft.byConnection(connectionId);
      if (participant === undefined) {
        const guest = guestOf(draft.state, connectionId);
        if (guest !== undefined) return guestMessage(draft, guest, message);
        return draft.refuse(connectionId, 'join_required', 'Send join first.', message.type);
      }
      return memberMessage(draft, participant, message, command.resumeKeys ?? []);
    }
    case 'moderate':
      return moderate(draft, command.by, command.request, command.resumeKeys ?? []);
    case 'update':
      return updateRoom(draft, command.by, command.change, command.resumeKeys ?? []);
    case 'connection-closed':
      return connectionClosed(draft, command.connectionId);
    case 'placed':
      return placed(draft, command.nodeId);
    case 'placement-failed':
      return placementFailed(draft);
    case 'assign-failed':
      return assignFailed(draft, command.nodeId, command.epoch);
    case 'link-opened':
      return linkOpened(draft, command);
    case 'link-report':
      if (!isCurrent(draft.state, command.nodeId, command.epoch)) return;
      return sessionReported(draft, command.nodeId, command.report);
    case 'link-closed':
      return linkClosed(draft, command.nodeId, command.epoch, command.stopped);
    case 'node-checked':
      return nodeChecked(draft, command.nodeId, command.epoch, command.life);
    case 'start-recording':
    case 'stop-recording':
    case 'auto-record':
    case 'recorder-placed':
    case 'recorder-placement-failed':
    case 'recorder-assign-failed':
    case 'recorder-linked':
    case 'recorder-failed':
    case 'recorder-unlinked':
    case 'recorder-checked':
    case 'recording-told':
      return recordingCommand(draft, command);
    case 'capture-event':
      // It only passes through.
      return;
    case 'delete':
      return close(draft, 'deleted');
    case 'wake':
      return wake(draft);
    default:
      command satisfies never;
  }
}

function memberMessage(
  draft: Draft,
  participant: ParticipantState,
  message: MemberMessage,
  resumeKeys: readonly ResumeKey[],
): void {
  const { roomId } = draft.state;
  if (message.roomId !== undefined && message.roomId !== roomId) {
    return draft.tell(participant, {
      type: 'error',
      code: 'wrong_room',
      message: `This socket is in room ${roomId}; open another for ${message.roomId}.`,
      ...aboutRequest(message),
    });
  }
  if (isSessionRequest(message)) return requestSession(draft, participant, message);
  switch (message.type) {
    case 'reconnect-session':
      return reconnectSession(draft, participant, message);
    case 'mute':
      return muteTrack(draft, participant, message.trackId, message.muted);
    case 'chat':
      return chat(draft, participant, message.text);
    case 'rename':
      return renameSelf(draft, participant, message.name);
    case 'moderate':
      return moderateAs(draft, participant, message.request, resumeKeys);
    case 'leave':
      return remove(draft, participant, 'left');
    default:
      message satisfies never;
  }
}

function chat(draft: Draft, participant: ParticipantState, text: string): void {
  const { participantId, name } = participant;
  if (!participant.grants.data) {
    return draft.tell(participant, {
      type: 'error',
      code: 'forbidden',
      message: 'You may not send chat here; ask whoever runs the room.',
      requestType: 'chat',
    });
  }
  draft.record({ type: 'chat', roomId: draft.state.roomId, participantId, name, text, at: draft.now });
}
