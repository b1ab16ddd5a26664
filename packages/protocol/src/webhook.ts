import { z } from 'zod';
import { OpaqueId, ParticipantName, RoomId } from './identifiers.ts';
import { ModeratedBy, ModerationAction } from './moderation.ts';
import { Recording, RecordingFileDetails } from './rest.ts';
import { LeaveReason, RecordingStopped, RoomMetadata } from './server-messages.ts';
import { Track } from './track.ts';

/** Seconds that the signature of a delivery is valid. */
export const WEBHOOK_TTL_SECONDS = 300;

/** What signs a delivery, as `Authorization: Bearer` (RFC 6750): a JWT, HS256 with the first API key's secret. */
export const WebhookClaims = z.object({
  /** The API key's id. */
  iss: z.string(),
  /** SHA-256 of the request's body as it is on the wire, base64 (RFC 4648 §4). */
  sha256: z.string(),
  /** Seconds since the epoch (RFC 7519 §4.1.6, §4.1.4). */
  iat: z.number(),
  exp: z.number(),
});
export type WebhookClaims = z.infer<typeof WebhookClaims>;

/** Of every event. */
const common = {
  /** Of this event and no other; the same each time that it is delivered. */
  id: z.string(),
  /** When it happened, milliseconds since the epoch. */
  at: z.number(),
  roomId: RoomId,
  /** Which room of that id: one made anew has another `createdAt`, milliseconds since the epoch. */
  room: z.object({ createdAt: z.number() }),
  /** Counts the events of this room, from 1, each one more than the last. */
  seq: z.number().int().min(1),
  /** How many events before this one were given up and will not come; only where there are any. */
  dropped: z.number().int().min(1).optional(),
};

/** Who it is about. */
const participant = z.object({
  participantId: OpaqueId,
  name: ParticipantName,
  /** Of the access token, where there was one. */
  identity: z.string().optional(),
});

export const RoomStarted = z.object({
  event: z.literal('room-started'),
  ...common,
  name: z.string(),
  maxParticipants: z.number(),
  metadata: RoomMetadata,
});

export const RoomEnded = z.object({
  event: z.literal('room-ended'),
  ...common,
  /** `lost`: an update of the server could not read what an older one had stored. */
  reason: z.enum(['deleted', 'idle', 'lost']),
});

export const WebhookParticipantJoined = z.object({
  event: z.literal('participant-joined'),
  ...common,
  participant,
});

/** Ends the participant's tracks: no `track-unpublished` comes for them. */
export const WebhookParticipantLeft = z.object({
  event: z.literal('participant-left'),
  ...common,
  participant,
  reason: z.enum([...LeaveReason.options, 'room-closed']),
});

export const WebhookTrackPublished = z.object({
  event: z.literal('track-published'),
  ...common,
  participantId: OpaqueId,
  track: Track,
});

export const WebhookTrackUnpublished = z.object({
  event: z.literal('track-unpublished'),
  ...common,
  participantId: OpaqueId,
  trackId: OpaqueId,
});

export const WebhookTrackMuted = z.object({
  event: z.literal('track-muted'),
  ...common,
  participantId: OpaqueId,
  trackId: OpaqueId,
  muted: z.boolean(),
});

export const WebhookModerated = z.object({
  event: z.literal('moderated'),
  ...common,
  by: ModeratedBy,
  request: ModerationAction,
});

export const WebhookRecordingStarted = z.object({
  event: z.literal('recording-started'),
  ...common,
  recordingId: OpaqueId,
  /** Absent when the room does so by itself. */
  by: ModeratedBy.optional(),
});

/** What there is of it is being made into files: {@link WebhookRecordingFinished} follows. */
export const WebhookRecordingStopped = z.object({
  event: z.literal('recording-stopped'),
  ...common,
  recordingId: OpaqueId,
  reason: RecordingStopped.shape.reason,
  by: ModeratedBy.optional(),
});

/**
 * A recording has its files, or has failed. It comes from the recording and not from its room, which may be gone: it is in no
 * order with the room's events. It comes again if a recorder brings more later.
 */
export const WebhookRecordingFinished = z.object({
  event: z.literal('recording-finished'),
  id: common.id,
  at: common.at,
  roomId: common.roomId,
  dropped: common.dropped,
  recordingId: OpaqueId,
  status: Recording.shape.status.extract(['finished', 'failed']),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  stoppedAt: z.number().optional(),
  files: z.array(RecordingFileDetails.omit({ url: true, downloadUrl: true })),
  gaps: Recording.shape.gaps,
  /** Why it failed. */
  error: Recording.shape.error,
});

/** What went one way: bit/s of media while it was connected, and the share of packets lost on the way, 0–1. */
const flow = z.object({ bitrate: z.number(), loss: z.number().min(0).max(1).optional() });

/** One stay of somebody in a call. What nobody has reported is absent. */
export const CallParticipant = participant.extend({
  /** Milliseconds since the epoch. */
  joinedAt: z.number(),
  leftAt: z.number(),
  reason: WebhookParticipantLeft.shape.reason,
  /**
   * Milliseconds from joining to another's first picture, as the client saw it; else to media that is connected, as the
   * room did.
   */
  joinMs: z.number().optional(),
  /** By the client, see `ClientReport`. */
  freezes: z.number().optional(),
  freezeMs: z.number().optional(),
  concealedAudio: z.number().min(0).max(1).optional(),
  reconnects: z.number().optional(),
  /** By the media nodes: how long media was connected, milliseconds. */
  connectedMs: z.number().optional(),
  /** What the participant sent, and what it received. */
  sent: flow.optional(),
  received: flow.optional(),
  roundTripTimeMs: z.number().optional(),
});
export type CallParticipant = z.infer<typeof CallParticipant>;

/** How a call was: from the first who joins until the room has been empty for half a minute, or is closed. */
export const CallReport = z.object({
  event: z.literal('call-report'),
  ...common,
  /** Milliseconds since the epoch: when the first joined and the last left. */
  startedAt: z.number(),
  endedAt: z.number(),
  /** By the time that they joined: the last thousand. */
  participants: z.array(CallParticipant),
  /** How many more there were. */
  omitted: z.number().int().min(0),
});

/** What is posted to `webhooks.urls`, one event a request. More kinds may come: answer those you do not know with 200. */
export const WebhookEvent = z.discriminatedUnion('event', [
  RoomStarted,
  RoomEnded,
  WebhookParticipantJoined,
  WebhookParticipantLeft,
  WebhookTrackPublished,
  WebhookTrackUnpublished,
  WebhookTrackMuted,
  WebhookModerated,
  WebhookRecordingStarted,
  WebhookRecordingStopped,
  WebhookRecordingFinished,
  CallReport,
]);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** What a room tells: numbered and in order. The others are in no order with it. */
export type RoomWebhookEvent = Exclude<WebhookEvent, { event: 'recording-finished' }>;
