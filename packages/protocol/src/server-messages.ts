import { z } from 'zod';
import { ErrorCode } from './errors.ts';
import { Source } from './grants.ts';
import { OpaqueId, ParticipantName, RoomId } from './identifiers.ts';
import { Layers } from './simulcast.ts';
import { MediaKind, Participant, Quality, Track } from './track.ts';

/** What a client needs to know about media before it captures any. */
export const ClientMediaSettings = z.object({
  iceServers: z.array(
    z.object({
      urls: z.array(z.string()),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  ),
  /** Whether cameras should be sent in several layers. */
  simulcast: z.boolean(),
  layers: Layers,
  /** Preferred capture size of cameras, pixels. */
  resolution: z.object({ width: z.number(), height: z.number() }),
  audio: z.object({ echoCancellation: z.boolean(), noiseSuppression: z.boolean() }),
  /** Upper bound of what the participant may send, bit/s. */
  maxBitrate: z.number(),
});
export type ClientMediaSettings = z.infer<typeof ClientMediaSettings>;

export const Joined = z.object({
  type: z.literal('joined'),
  version: z.number().int(),
  roomId: RoomId,
  participantId: OpaqueId,
  room: z.object({ name: z.string(), maxParticipants: z.number(), createdAt: z.number() }),
  /** Everybody else, with what they publish. */
  participants: z.array(Participant),
  media: ClientMediaSettings,
});
export type Joined = z.infer<typeof Joined>;

/** Asks for the publishing PeerConnection's offer. */
export const RequestOffer = z.object({ type: z.literal('request-offer'), roomId: RoomId });
export type RequestOffer = z.infer<typeof RequestOffer>;

/** Answers the client's `offer` or `start-screen-share`; answers come in the order of the offers. */
export const ServerAnswer = z.object({
  type: z.literal('answer'),
  roomId: RoomId,
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
  participant: Participant,
});

/** Why somebody is gone: said goodbye or vanished. */
export const LeaveReason = z.enum(['left', 'connection-lost']);
export type LeaveReason = z.infer<typeof LeaveReason>;

export const ParticipantLeft = z.object({
  type: z.literal('participant-left'),
  roomId: RoomId,
  participantId: OpaqueId,
  reason: LeaveReason,
});

export const TrackPublished = z.object({
  type: z.literal('track-published'),
  roomId: RoomId,
  participantId: OpaqueId,
  track: Track,
});

export const TrackUnpublished = z.object({
  type: z.literal('track-unpublished'),
  roomId: RoomId,
  participantId: OpaqueId,
  trackId: OpaqueId,
});

export const TrackMuted = z.object({
  type: z.literal('track-muted'),
  roomId: RoomId,
  participantId: OpaqueId,
  trackId: OpaqueId,
  muted: z.boolean(),
});

/** What `update-quality` came to, for each track it concerned. */
export const QualityChanged = z.object({
  type: z.literal('quality-changed'),
  roomId: RoomId,
  trackId: OpaqueId,
  requested: Quality,
  /** What the subscriber gets at the most now; differs from `requested` when the publisher lacks the layer. */
  applied: Quality,
  /** Why `applied` is not `requested`, or why the wish has no effect. */
  limitedBy: z.enum(['single-layer', 'fewer-layers']).optional(),
});
export type QualityChanged = z.infer<typeof QualityChanged>;

export const ErrorMessage = z.object({
  type: z.literal('error'),
  code: ErrorCode,
  message: z.string(),
  /** The `type` of the message that failed, where one did. */
  requestType: z.string().optional(),
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
  participantId: OpaqueId,
  name: ParticipantName,
  text: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** Everything the server may send. */
export const ServerMessage = z.discriminatedUnion('type', [
  Joined,
  RequestOffer,
  ServerAnswer,
  ServerOffer,
  ParticipantJoined,
  ParticipantLeft,
  TrackPublished,
  TrackUnpublished,
  TrackMuted,
  QualityChanged,
  ErrorMessage,
  RoomClosed,
  ChatMessage,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** The part of the server's messages that comes from the node, whichever carrier brings them. */
export const SessionEvent = z.discriminatedUnion('type', [
  RequestOffer,
  ServerAnswer,
  ServerOffer,
  QualityChanged,
  ErrorMessage,
]);
export type SessionEvent = z.infer<typeof SessionEvent>;
