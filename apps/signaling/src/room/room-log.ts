import type { ErrorCode } from '@parley/protocol/errors';
import type { Outcome } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { RoomState } from '@parley/room/state';
import { log } from '../log.ts';
import type { ClientAttachment } from './attachments.ts';

/** Logs at debug what a command has made of who is in the room: by the `cid` of its lines somebody's stay is followed. */
export function logOutcome(before: RoomState, command: Command, { state, events, effects }: Outcome): void {
  if (!log.shows('debug')) return;
  const { roomId } = state;
  for (const { event } of events) {
    if (event.type === 'participant-joined') {
      const { participantId } = event.participant;
      log.debug('participant joined', { cid: state.participants[participantId]?.cid, roomId, participantId });
    } else if (event.type === 'participant-left') {
      const { participantId, reason } = event;
      const cid = before.participants[participantId]?.cid;
      log.debug('participant left', { cid, roomId, participantId, reason });
    }
  }
  if (command.type === 'join') logJoin(before, command, { state, effects });
  for (const effect of effects) {
    if (effect.type !== 'open-session') continue;
    const { cid, participantId, session, nodeId, epoch, carrier } = effect;
    const way = { nodeId, epoch, carrier: carrier.type };
    log.debug('session opens', { cid, roomId, participantId, session, ...way });
  }
}

/** Of joins that brought nobody new: who came back, and who was refused. */
function logJoin(
  before: RoomState,
  command: Extract<Command, { type: 'join' }>,
  { state, effects }: Pick<Outcome, 'state' | 'effects'>,
): void {
  const { roomId } = state;
  const refusal = effects.find((effect) => effect.type === 'disconnect');
  const known = Object.values(before.participants).find(
    ({ participantId }) => state.participants[participantId]?.connectionId === command.connectionId,
  );
  if (known !== undefined && known.connectionId !== command.connectionId) {
    const { cid, participantId } = known;
    log.debug('participant came back', { cid, roomId, participantId, connectionCid: command.cid });
  } else if (refusal?.connectionId === command.connectionId && refusal.code !== undefined) {
    log.debug('join refused', { cid: command.cid, roomId, code: refusal.code });
  }
}

/** Logs at debug that something of a client's was not taken. */
export function logRefusal(client: ClientAttachment, code: ErrorCode, requestType?: string): void {
  const { roomId, joined } = client;
  const { cid } = client.origin;
  log.debug(joined ? 'message refused' : 'join refused', { cid, roomId, code, requestType });
}
