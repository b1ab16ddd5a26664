import type { RoomDetails, RoomSummary } from '@parley/protocol/rest';
import type { Participant } from '@parley/protocol/track';
import type { ParticipantState, RoomState } from './state.ts';

/** A participant as others see it. */
export function publicParticipant(participant: ParticipantState): Participant {
  const { participantId, name, joinedAt, tracks } = participant;
  return { participantId, name, joinedAt, tracks: tracks.map((track) => ({ ...track })) };
}

/** The room in lists. */
export function summary(state: RoomState): RoomSummary {
  return {
    id: state.roomId,
    name: state.settings.name,
    maxParticipants: state.settings.maxParticipants,
    participantCount: Object.keys(state.participants).length,
    createdAt: state.createdAt,
  };
}

/** The room with who is in it. */
export function details(state: RoomState): RoomDetails {
  return { ...summary(state), participants: Object.values(state.participants).map(publicParticipant) };
}
