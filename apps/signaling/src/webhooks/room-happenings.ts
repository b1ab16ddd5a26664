import type { DurableEvent } from '@parley/protocol/server-messages';
import type { RoomWebhookEvent } from '@parley/protocol/webhook';
import type { Outcome } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { RoomState } from '@parley/room/state';

type Unaddressed<E> = E extends RoomWebhookEvent
  ? Omit<E, 'id' | 'at' | 'roomId' | 'room' | 'seq' | 'dropped'>
  : never;

/** An event of a room, but for what all events have. */
export type Happening = Unaddressed<RoomWebhookEvent>;

type Who = Extract<Happening, { event: 'participant-joined' }>['participant'];

/** What a command that was applied to a room has come to, for webhooks. */
export function happenings(before: RoomState, command: Command, { state, events }: Outcome): Happening[] {
  const present = new Map<string, Who>(
    Object.values(before.participants).map((participant) => [participant.participantId, who(participant)]),
  );
  const happened = events.flatMap(({ event }) => happening(event, present));
  if (state.phase !== 'closed') return happened;
  // Whoever was there when the room was closed has left without a word in its log.
  for (const participant of present.values()) {
    happened.push({ event: 'participant-left', participant, reason: 'room-closed' });
  }
  happened.push({ event: 'room-ended', reason: command.type === 'delete' ? 'deleted' : 'idle' });
  return happened;
}

/** @param present who is in the room before the event; changed to who is after it */
function happening(event: DurableEvent, present: Map<string, Who>): Happening[] {
  switch (event.type) {
    case 'participant-joined': {
      const participant = who(event.participant);
      present.set(participant.participantId, participant);
      return [{ event: event.type, participant }];
    }
    case 'participant-left': {
      const participant = present.get(event.participantId);
      present.delete(event.participantId);
      return participant === undefined ? [] : [{ event: event.type, participant, reason: event.reason }];
    }
    case 'track-published': {
      const { type, participantId, track } = event;
      return [{ event: type, participantId, track }];
    }
    case 'track-unpublished': {
      const { type, participantId, trackId } = event;
      return [{ event: type, participantId, trackId }];
    }
    case 'track-muted': {
      const { type, participantId, trackId, muted } = event;
      return [{ event: type, participantId, trackId, muted }];
    }
    case 'moderated': {
      const { type, by, request } = event;
      return [{ event: type, by, request }];
    }
    case 'participant-renamed': {
      const participant = present.get(event.participantId);
      if (participant !== undefined) present.set(event.participantId, { ...participant, name: event.name });
      return [];
    }
    // Seen by asking for the room; what a moderator did is in `moderated`. Texts are nobody else's business.
    case 'room-updated':
    case 'moderator-changed':
    case 'chat':
      return [];
    case 'recording-started': {
      const { type, recordingId, by } = event;
      return [{ event: type, recordingId, ...(by !== undefined && { by }) }];
    }
    case 'recording-stopped': {
      const { type, recordingId, reason, by } = event;
      return [{ event: type, recordingId, reason, ...(by !== undefined && { by }) }];
    }
    default:
      return event satisfies never;
  }
}

function who({ participantId, name, identity }: Who): Who {
  return { participantId, name, ...(identity !== undefined && { identity }) };
}
