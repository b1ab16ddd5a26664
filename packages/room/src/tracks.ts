import type { Track } from '@parley/protocol/track';
import type { Draft } from './draft.ts';
import type { ParticipantState } from './state.ts';

/** A node has a new track of the participant, or tells of one again after a reconnect. */
export function publishTrack(draft: Draft, participant: ParticipantState, track: Track): void {
  const { roomId } = draft.state;
  const { participantId } = participant;
  if (participant.tracks.some((known) => known.trackId === track.trackId)) return;
  participant.tracks.push(track);
  draft.record({ type: 'track-published', roomId, participantId, track }, participant);
}

/** A track has ended. */
export function unpublishTrack(draft: Draft, participant: ParticipantState, trackId: string): void {
  const { roomId } = draft.state;
  const { participantId } = participant;
  const index = participant.tracks.findIndex((track) => track.trackId === trackId);
  if (index === -1) return;
  participant.tracks.splice(index, 1);
  draft.record({ type: 'track-unpublished', roomId, participantId, trackId }, participant);
}

/** The participant's tracks are gone with its session. */
export function unpublishAll(draft: Draft, participant: ParticipantState): void {
  for (const { trackId } of [...participant.tracks]) unpublishTrack(draft, participant, trackId);
}

/** Mutes or unmutes a participant's own track, for everybody and on the node. */
export function muteTrack(
  draft: Draft,
  participant: ParticipantState,
  trackId: string,
  muted: boolean,
): void {
  const { participantId, nodeId } = participant;
  const track = participant.tracks.find((candidate) => candidate.trackId === trackId);
  if (track === undefined) {
    draft.tell(participant, {
      type: 'error',
      code: 'track_not_found',
      message: `You publish no track ${trackId}; the answers to your offers name your tracks.`,
      requestType: 'mute',
    });
    return;
  }
  if (track.muted === muted) return;
  track.muted = muted;
  draft.tellNode(nodeId, { type: 'set-muted', participantId, trackId, muted });
  draft.record({ type: 'track-muted', roomId: draft.state.roomId, participantId, trackId, muted });
}
