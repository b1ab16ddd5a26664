import { z } from 'zod';
import { ErrorCode } from './errors.ts';
import { Grants, Source } from './grants.ts';
import { OpaqueId, ParticipantName, RoomId, SessionNumber } from './identifiers.ts';
import { LobbyGuest, ModeratedBy, ModerationAction } from './moderation.ts';
import { Layers } from './simulcast.ts';
import { MediaKind, Participant, Quality, Track } from './track.ts';

/** A STUN or TURN server as `RTCConfiguration` takes it. */
export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** What a customer keeps with a room: short texts by name. At most 32 entries. */
export const RoomMetadata = z
  .record(z.string().min(1).max(64), z.string().max(1024))
  .refine((metadata) => Object.keys(metadata).length <= 32, 'may have 32 entries at the most');
export type RoomMetadata = z.infer<typeof RoomMetadata>;

/** What a client needs to know about media before it captures any. */
export const ClientMediaSettings = z.object({
  iceServers: z.array(IceServer),
  /** Whether cameras should be sent in several layers. */
  simulcast: z.boolean(),
  layers: Layers,
  /** Preferred capture size of cameras, pixels. */
  resolution: z.object({ width: z.number(), height: z.number() }),
  /** How microphones should be captured; `stereo` with two channels. Older servers say nothing of the last two. */
  audio: z.object({
    echoCancellation: z.boolean(),
    noiseSuppression: z.boolean(),
    autoGainControl: z.boolean().optional(),
    stereo: z.boolean().optional(),
  }),
  /** Video codecs that the server takes, by their names in SDP, the most wanted first. Older servers say nothing. */
  codecs: z.array(z.string()).optional(),
  /** Upper bound of what the participant may send, bit/s. */
  maxBitrate: z.number(),
  /**
   * How much receivers should buffer: `targetMs`, but never more than `maxMs`; a target of 0 leaves it to the browser.
   * Servers from before it say nothing.
   */
  jitterBuffer: z.object({ targetMs: z.number(), maxMs: z.number() }).optional(),
});
export type ClientMediaSettings = z.infer<typeof ClientMediaSettings>;

/**
 * Counts the durable events of a room, from 1; each has one more than the last. A participant does not hear of its own
 * joining and publishing, so it sees gaps.
 */
const seq = z.number().int().min(0);

/** A recording that goes on. */
export const ActiveRecording = z.object({
  recordingId: OpaqueId,
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
});
export type ActiveRecording = z.infer<typeof ActiveRecording>;

export const Joined = z.object({
  type: z.literal('joined'),
  version: z.number().int(),
  roomId: RoomId,
  participantId: OpaqueId,
  room: z.object({
    name: z.string(),
    maxParticipants: z.number(),
    createdAt: z.number(),
    locked: z.boolean(),
    lobby: z.boolean(),
    metadata: RoomMetadata,
  }),
  /** Its name as others see it: its access token may have given another than it said. Absent from older servers. */
  name: ParticipantName.optional(),
  identity: z.string().optional(),
  /** What the participant may do. */
  grants: Grants,
  /** Who waits to be admitted; only for who moderates. */
  lobby: z.array(LobbyGuest).optional(),
  /** Everybody else, with what they publish. */
  participants: z.array(Participant),
  /** Present while the room is recorded. */
  recording: ActiveRecording.optional(),
  media: ClientMediaSettings,
  /** Of the last durable event that `participants` includes. */
  seq,
  /** Whether this is the participant of `join.resume`: the events it missed are too old, so here is everything. */
  resumed: z.boolean(),
  /** Lets this client, and nobody else, come back as this participant. Absent when it just did: it stays the same. */
  resumeSecret: z.string().optional(),
});
export type Joined = z.infer<typeof Joined>;

/** The client is the participant that it was; the durable events it missed follow, oldest first. */
export const Resumed = z.object({
  type: z.literal('resumed'),
  roomId: RoomId,
  participantId: OpaqueId,
  /** Of the last of the events that follow. */
  seq,
});
export type Resumed = z.infer<typeof Resumed>;

/**
 * The participant's media session, for clients with `recovers`. A new number is a new session: PeerConnections of an
 * older one are void, and what was published is published again. The number known already is another way to the same
 * session, over which the node repeats what may have been lost.
 */
export const MediaSession = z.object({
  type: z.literal('media-session'),
  roomId: RoomId,
  session: SessionNumber,
  /** `relay`: session messages go over this socket. `direct`: over a socket to `url`, opened with `ticket` at once. */
  carrier: z.discriminatedUnion('type', [
    z.object({ type: z.literal('relay') }),
    z.object({ type: z.literal('direct'), url: z.string(), ticket: z.string() }),
  ]),
  /**
   * In place of `joined.media.iceServers` from now on, for new PeerConnections and ICE restarts: TURN credentials expire.
   * Absent when nothing in them does.
   */
  iceServers: z.array(IceServer).optional(),
});
export type MediaSession = z.infer<typeof MediaSession>;

/** Asks for the publishing PeerConnection's offer. */
export const RequestOffer = z.object({ type: z.literal('request-offer'), roomId: RoomId });
export type RequestOffer = z.infer<typeof RequestOffer>;

/** Answers the client's `offer` or `start-screen-share`; answers come in the order of the offers. */
export const ServerAnswer = z.object({
  type: z.literal('answer'),
  roomId: RoomId,
  /** The offer's, where it had one. */
  offerId: OpaqueId.optional(),
  sdp: z.string(),
  requestType: z.enum(['offer', 'start-screen-share']),
  /** The tracks that this PeerConnection publishes now, by mid. */
  tracks: z.array(z.object({ mid: z.string(), trackId: OpaqueId, source: Source })),
});
export type ServerAnswer = z.infer<typeof ServerAnswer>;

/** The receiving PeerConnection's next offer: all tracks the client receives, by mid. */
export const ServerOffer = z.object({
  type: z.literal('offer'),
  roomId: RoomId,
  offerId: OpaqueId,
  sdp: z.string(),
  tracks: z.array(
    z.object({
      mid: z.string(),
      trackId: OpaqueId,
      participantId: OpaqueId,
      kind: MediaKind,
      source: Source,
    }),
  ),
});
export type ServerOffer = z.infer<typeof ServerOffer>;

export const ParticipantJoined = z.object({
  type: z.literal('participant-joined'),
  roomId: RoomId,
  seq,
  participant: Participant,
});

/** Why somebody is gone: said goodbye, vanished, was removed, or joined again under the same identity. */
export const LeaveReason = z.enum(['left', 'connection-lost', 'kicked', 'replaced']);
export type LeaveReason = z.infer<typeof LeaveReason>;

export const ParticipantLeft = z.object({
  type: z.literal('participant-left'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  reason: LeaveReason,
});

export const TrackPublished = z.object({
  type: z.literal('track-published'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  track: Track,
});

export const TrackUnpublished = z.object({
  type: z.literal('track-unpublished'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  trackId: OpaqueId,
});

export const TrackMuted = z.object({
  type: z.literal('track-muted'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  trackId: OpaqueId,
  muted: z.boolean(),
});

export const ParticipantRenamed = z.object({
  type: z.literal('participant-renamed'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  name: ParticipantName,
});

/** The room was changed over the API or by a moderator: all of what can change. */
export const RoomUpdated = z.object({
  type: z.literal('room-updated'),
  roomId: RoomId,
  seq,
  name: z.string(),
  maxParticipants: z.number(),
  locked: z.boolean(),
  lobby: z.boolean(),
  metadata: RoomMetadata,
});

/** Somebody's right to moderate was given or taken, for everybody to see; the one concerned also gets `grants-changed`. */
export const ModeratorChanged = z.object({
  type: z.literal('moderator-changed'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  moderator: z.boolean(),
});

/** Who did what to whom, for everybody to see; also the room’s audit log. */
export const Moderated = z.object({
  type: z.literal('moderated'),
  roomId: RoomId,
  seq,
  by: ModeratedBy,
  request: ModerationAction,
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** The participant's own grants have changed. What it may no longer publish has been unpublished. */
export const GrantsChanged = z.object({ type: z.literal('grants-changed'), roomId: RoomId, grants: Grants });
export type GrantsChanged = z.infer<typeof GrantsChanged>;

/** Instead of `joined`: the client waits in the lobby. `joined` follows, or an error and the end. */
export const Waiting = z.object({ type: z.literal('waiting'), roomId: RoomId, participantId: OpaqueId });
export type Waiting = z.infer<typeof Waiting>;

/** Who waits now, after each change; only for who moderates. */
export const Lobby = z.object({ type: z.literal('lobby'), roomId: RoomId, waiting: z.array(LobbyGuest) });
export type Lobby = z.infer<typeof Lobby>;

/**
 * What `update-quality` came to, for each track it concerned; also sent when the server's load, the bandwidth or the size of
 * the room changes that.
 */
export const QualityChanged = z.object({
  type: z.literal('quality-changed'),
  roomId: RoomId,
  trackId: OpaqueId,
  requested: Quality,
  /** What the subscriber gets at the most now; differs from `requested` when the publisher lacks the layer. */
  applied: Quality,
  /**
   * Why `applied` is not `requested`, or why the wish has no effect. `server-load`, `bandwidth` and `room-size` (the
   * participant is not among the loudest that are forwarded) pass by themselves.
   */
  limitedBy: z.enum(['single-layer', 'fewer-layers', 'server-load', 'bandwidth', 'room-size']).optional(),
  /** Set while nothing is sent of the track, whatever `applied` says. */
  paused: z.literal(true).optional(),
});
export type QualityChanged = z.infer<typeof QualityChanged>;

/**
 * To the publisher: how many of a video's layers anybody watches, from the lowest up. What is above them need not be encoded; at
 * 0 nothing of the track.
 */
export const LayersWatched = z.object({
  type: z.literal('layers-watched'),
  roomId: RoomId,
  trackId: OpaqueId,
  layers: z.number().int().min(0).max(8),
});
export type LayersWatched = z.infer<typeof LayersWatched>;

/**
 * To the publisher: somebody cannot decode a track, and would this codec. The client offers another m-line with it, named by
 * `fallbackFor`; it stops that again when it is no longer wanted.
 */
export const CodecWanted = z.object({
  type: z.literal('codec-wanted'),
  roomId: RoomId,
  trackId: OpaqueId,
  /** As in SDP: `VP8`. */
  codec: z.string(),
  wanted: z.boolean(),
});
export type CodecWanted = z.infer<typeof CodecWanted>;

/** Who speaks, the loudest first; for who asked by `watch-speakers`, when it changes. */
export const ActiveSpeakers = z.object({
  type: z.literal('active-speakers'),
  roomId: RoomId,
  speakers: z.array(
    z.object({
      participantId: OpaqueId,
      /** 0–1, linear in decibels. */
      level: z.number().min(0).max(1),
    }),
  ),
  /** Who leads; stays until somebody else has spoken for a while. */
  dominant: OpaqueId.optional(),
});
export type ActiveSpeakers = z.infer<typeof ActiveSpeakers>;

export const ErrorMessage = z.object({
  type: z.literal('error'),
  code: ErrorCode,
  message: z.string(),
  /** The `type` of the message that failed, where one did. */
  requestType: z.string().optional(),
  /** The `offerId` of the client's offer that failed, where it had one. */
  offerId: OpaqueId.optional(),
});
export type ErrorMessage = z.infer<typeof ErrorMessage>;

export const RoomClosed = z.object({
  type: z.literal('room-closed'),
  roomId: RoomId,
  reason: z.enum(['deleted', 'idle']),
});

export const ChatMessage = z.object({
  type: z.literal('chat'),
  roomId: RoomId,
  seq,
  participantId: OpaqueId,
  name: ParticipantName,
  text: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** The room is recorded from now on. */
export const RecordingStarted = z.object({
  type: z.literal('recording-started'),
  roomId: RoomId,
  seq,
  ...ActiveRecording.shape,
  /** Absent when the room does so by itself. */
  by: ModeratedBy.optional(),
});

export const RecordingStopped = z.object({
  type: z.literal('recording-stopped'),
  roomId: RoomId,
  seq,
  recordingId: OpaqueId,
  /** `empty`: the last one has left. `failed`: no recorder could go on; what there is of it is kept. */
  reason: z.enum(['stopped', 'empty', 'room-closed', 'failed']),
  by: ModeratedBy.optional(),
});

/** What is kept in the room's event log and can be resumed; everything else a server sends is of the moment. */
export const DurableEvent = z.discriminatedUnion('type', [
  ParticipantJoined,
  ParticipantLeft,
  TrackPublished,
  TrackUnpublished,
  TrackMuted,
  ParticipantRenamed,
  RoomUpdated,
  ModeratorChanged,
  Moderated,
  ChatMessage,
  RecordingStarted,
  RecordingStopped,
]);
export type DurableEvent = z.infer<typeof DurableEvent>;

/** Everything the server may send. */
export const ServerMessage = z.discriminatedUnion('type', [
  Joined,
  Resumed,
  MediaSession,
  RequestOffer,
  ServerAnswer,
  ServerOffer,
  ParticipantJoined,
  ParticipantLeft,
  TrackPublished,
  TrackUnpublished,
  TrackMuted,
  ParticipantRenamed,
  RoomUpdated,
  ModeratorChanged,
  Moderated,
  GrantsChanged,
  Waiting,
  Lobby,
  QualityChanged,
  LayersWatched,
  CodecWanted,
  ActiveSpeakers,
  ErrorMessage,
  RoomClosed,
  ChatMessage,
  RecordingStarted,
  RecordingStopped,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** The part of the server's messages that comes from the node, whichever carrier brings them. */
export const SessionEvent = z.discriminatedUnion('type', [
  RequestOffer,
  ServerAnswer,
  ServerOffer,
  QualityChanged,
  LayersWatched,
  CodecWanted,
  ActiveSpeakers,
  ErrorMessage,
]);
export type SessionEvent = z.infer<typeof SessionEvent>;
