import type { SessionRequest } from '@parley/protocol/client-messages';
import type { Command, MemberMessage } from './commands.ts';
import type { Effect } from './effects.ts';
import { isCurrent } from './links.ts';
import { listeners } from './recorder-link.ts';
import type { RoomState } from './state.ts';

/**
 * What a message that only passes through the room, between a client and its session or a node and a recorder, comes to; undefined when the rules
 * have to look at it. Most of what a call says is of this kind: it changes nothing, so nothing is copied or stored.
 */
export function passThrough(state: RoomState, command: Command): Effect[] | undefined {
  switch (command.type) {
    case 'link-report':
      return toClient(state, command);
    case 'client-message':
      return toNode(state, command);
    case 'capture-event':
      return toRecorder(state, command);
    default:
      return undefined;
  }
}

function toClient(
  state: RoomState,
  { nodeId, epoch, report }: Extract<Command, { type: 'link-report' }>,
): Effect[] | undefined {
  if (report.type !== 'session-event' || !isCurrent(state, nodeId, epoch)) return undefined;
  const participant = Object.hasOwn(state.participants, report.participantId)
    ? state.participants[report.participantId]
    : undefined;
  if (participant?.nodeId !== nodeId || participant.session !== report.session) return undefined;
  const { connectionId } = participant;
  return connectionId === undefined ? [] : [{ type: 'send', connectionId, message: report.message }];
}

/** What comes of another turn, or while no recorder listens, means nothing: nodes say again what there is when they are told again. */
function toRecorder(
  state: RoomState,
  { nodeId, nodeEpoch, recordingId, epoch, event }: Extract<Command, { type: 'capture-event' }>,
): Effect[] {
  const { recording } = state;
  if (recording?.recordingId !== recordingId || !isCurrent(state, nodeId, nodeEpoch)) return [];
  const recorder = listeners(recording).find((one) => one.epoch === epoch);
  if (recorder === undefined) return [];
  const turn = { recordingId, recorderId: recorder.recorderId, epoch };
  return [{ type: 'recorder-send', ...turn, message: { type: 'capture', nodeId, event } }];
}

function toNode(
  state: RoomState,
  { connectionId, message }: Extract<Command, { type: 'client-message' }>,
): Effect[] | undefined {
  if (!isSessionRequest(message)) return undefined;
  const participant = Object.values(state.participants).find((one) => one.connectionId === connectionId);
  if (participant?.nodeId === undefined) return undefined;
  const { participantId, nodeId, session, receives } = participant;
  const isElsewhere = message.roomId !== undefined && message.roomId !== state.roomId;
  if (isElsewhere || isStale(session, message)) return undefined;
  // The first answer tells the room something.
  if (message.type === 'answer' && !receives) return undefined;
  const assignment = state.assignments[nodeId];
  if (assignment?.state !== 'linked') return undefined;
  const request = { type: 'session-request', participantId, session, message } as const;
  return [{ type: 'link-send', nodeId, epoch: assignment.epoch, message: request }];
}

/** Whether a message is for the client's media session. */
export function isSessionRequest(message: MemberMessage): message is SessionRequest {
  switch (message.type) {
    case 'offer':
    case 'answer':
    case 'ice-candidate':
    case 'start-screen-share':
    case 'stop-screen-share':
    case 'update-quality':
    case 'subscribe':
    case 'set-view':
    case 'watch-speakers':
    case 'restart-ice':
      return true;
    case 'reconnect-session':
    case 'mute':
    case 'chat':
    case 'rename':
    case 'moderate':
    case 'leave':
      return false;
    default:
      return message satisfies never;
  }
}

/** Whether a request is for another session than the participant has. */
export function isStale(current: number, { session }: SessionRequest): boolean {
  return session !== undefined && session !== current;
}
