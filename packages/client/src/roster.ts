import type { LeaveReason } from '@parley/protocol/server-messages';
import type { Participant, Track } from '@parley/protocol/track';
import { assertNever } from './assert-never.ts';

/** A published track. One's own have no `codec`: the server tells it to the others. */
export type RoomTrack = Omit<Track, 'codec'> & { readonly codec?: string };

/** Somebody in the room, oneself included. */
export interface RoomParticipant {
  readonly participantId: string;
  readonly name: string;
  /** Of the access token, where there is one. */
  readonly identity?: string;
  readonly moderator?: boolean;
  /** Milliseconds since the epoch. */
  readonly joinedAt: number;
  readonly isSelf: boolean;
  readonly tracks: readonly RoomTrack[];
}

/** Who is in the room and what they publish, by participant id, oneself first. Never changed, only replaced. */
export type Roster = ReadonlyMap<string, RoomParticipant>;

/** The messages that change a roster, as far as they matter to it. */
export type RosterMessage =
  | { type: 'participant-joined'; participant: Participant }
  | { type: 'participant-left'; participantId: string; reason: LeaveReason }
  | { type: 'participant-renamed'; participantId: string; name: string }
  | { type: 'moderator-changed'; participantId: string; moderator: boolean }
  | { type: 'track-muted'; participantId: string; trackId: string; muted: boolean }
  | { type: 'track-published'; participantId: string; track: RoomTrack }
  | { type: 'track-unpublished'; participantId: string; trackId: string };

/** The roster at the moment of joining. */
export function rosterOf(
  self: Omit<RoomParticipant, 'isSelf' | 'tracks'>,
  others: readonly Participant[],
): Roster {
  return new Map<string, RoomParticipant>([
    [self.participantId, { ...self, isSelf: true, tracks: [] }],
    ...others.map((other): [string, RoomParticipant] => [other.participantId, { ...other, isSelf: false }]),
  ]);
}

/**
 * What a message makes of a roster. Returns the same roster if it says nothing new: after a reconnect the server may
 * tell things again, and a track may be gone before it was heard of.
 */
export function applyToRoster(roster: Roster, message: RosterMessage): Roster {
  switch (message.type) {
    case 'participant-joined': {
      const { participant } = message;
      if (roster.has(participant.participantId)) return roster;
      return new Map(roster).set(participant.participantId, { ...participant, isSelf: false });
    }
    case 'participant-left': {
      if (!roster.has(message.participantId)) return roster;
      const next = new Map(roster);
      next.delete(message.participantId);
      return next;
    }
    case 'participant-renamed':
      return withChange(roster, message.participantId, { name: message.name });
    case 'moderator-changed':
      return withChange(roster, message.participantId, { moderator: message.moderator });
    case 'track-published': {
      const { participantId, track } = message;
      return withTracks(roster, participantId, (tracks) =>
        tracks.some(({ trackId }) => trackId === track.trackId) ? tracks : [...tracks, track],
      );
    }
    case 'track-unpublished': {
      const { participantId, trackId } = message;
      return withTracks(roster, participantId, (tracks) =>
        tracks.some((track) => track.trackId === trackId)
          ? tracks.filter((track) => track.trackId !== trackId)
          : tracks,
      );
    }
    case 'track-muted': {
      const { participantId, trackId, muted } = message;
      return withTracks(roster, participantId, (tracks) =>
        tracks.some((track) => track.trackId === trackId && track.muted !== muted)
          ? tracks.map((track) => (track.trackId === trackId ? { ...track, muted } : track))
          : tracks,
      );
    }
    default:
      return assertNever(message);
  }
}

/** What happened to the others between two views of the room, as the server would have told it. */
export function missedMessages(before: Roster, others: readonly Participant[]): RosterMessage[] {
  const now = new Set(others.map(({ participantId }) => participantId));
  const left = [...before.values()].filter(({ isSelf, participantId }) => !isSelf && !now.has(participantId));
  return [
    ...left.map(
      ({ participantId }) => ({ type: 'participant-left', participantId, reason: 'left' }) as const,
    ),
    ...others.flatMap((other): RosterMessage[] => {
      const known = before.get(other.participantId);
      const joined: RosterMessage = { type: 'participant-joined', participant: { ...other, tracks: [] } };
      const { participantId, name, moderator = false } = other;
      // These say nothing new of somebody who is as it was.
      const changes: RosterMessage[] = [
        { type: 'participant-renamed', participantId, name },
        { type: 'moderator-changed', participantId, moderator },
      ];
      return [...(known ? changes : [joined]), ...missedTracks(known?.tracks ?? [], other)];
    }),
  ];
}

function missedTracks(before: readonly RoomTrack[], { participantId, tracks }: Participant): RosterMessage[] {
  const now = new Set(tracks.map(({ trackId }) => trackId));
  const ended = before.filter(({ trackId }) => !now.has(trackId));
  return [
    ...ended.map(({ trackId }) => ({ type: 'track-unpublished', participantId, trackId }) as const),
    // Either says nothing new of a track that is as it was.
    ...tracks.flatMap((track): RosterMessage[] => [
      { type: 'track-published', participantId, track },
      { type: 'track-muted', participantId, trackId: track.trackId, muted: track.muted },
    ]),
  ];
}

function withChange(
  roster: Roster,
  participantId: string,
  change: { name: string } | { moderator: boolean },
): Roster {
  const participant = roster.get(participantId);
  if (participant === undefined) return roster;
  const { name, moderator = false } = participant;
  const next = { name, moderator, ...change };
  if (next.name === name && next.moderator === moderator) return roster;
  return new Map(roster).set(participantId, { ...participant, ...change });
}

function withTracks(
  roster: Roster,
  participantId: string,
  change: (tracks: readonly RoomTrack[]) => readonly RoomTrack[],
): Roster {
  const participant = roster.get(participantId);
  if (participant === undefined) return roster;
  const tracks = change(participant.tracks);
  return tracks === participant.tracks
    ? roster
    : new Map(roster).set(participantId, { ...participant, tracks });
}
