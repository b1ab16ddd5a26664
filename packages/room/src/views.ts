import type { LobbyGuest } from '@parley/protocol/moderation';
import type { ParticipantDetails, RoomDetails, RoomSummary } from '@parley/protocol/rest';
import type { ActiveRecording } from '@parley/protocol/server-messages';
import type { Participant } from '@parley/protocol/track';
import type { LobbyEntry, ParticipantState, RoomState } from './state.ts';

/** A participant as others see it. */
export function publicParticipant(participant: ParticipantState): Participant {
  const { participantId, name, identity, joinedAt, grants, tracks } = participant;
  return {
    participantId,
    name,
    ...(identity !== undefined && { identity }),
    ...(grants.moderate && { moderator: true }),
    joinedAt,
    tracks: tracks.map((track) => ({ ...track })),
  };
}

/** A participant as the API shows it. */
export function participantDetails(participant: ParticipantState): ParticipantDetails {
  return { ...publicParticipant(participant), grants: participant.grants };
}

/** Somebody who waits, as those who moderate see it. */
export function lobbyGuest({ participantId, request, access, since }: LobbyEntry): LobbyGuest {
  const { identity, name = request.participantName } = access;
  return { participantId, name, ...(identity !== undefined && { identity }), since };
}

/** The recording that goes on, if one does. */
export function recordingNow({ recording }: RoomState): { recording?: ActiveRecording } {
  if (!recording?.begun) return {};
  const { recordingId, startedAt } = recording;
  return { recording: { recordingId, startedAt } };
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
  const { metadata, locked, lobby, region, jurisdiction, autoRecord, media = {} } = state.settings;
  return {
    ...summary(state),
    metadata,
    locked,
    lobby,
    media,
    ...(autoRecord !== undefined && { autoRecord }),
    ...recordingNow(state),
    ...(region !== undefined && { region }),
    ...(jurisdiction !== undefined && { jurisdiction }),
    participants: Object.values(state.participants).map(publicParticipant),
  };
}
