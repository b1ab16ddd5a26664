import { z } from 'zod';
import { SessionRequest } from './client-messages.ts';
import { ErrorCode } from './errors.ts';
import { Grants } from './grants.ts';
import { OpaqueId, RoomId, SessionNumber } from './identifiers.ts';
import { PublicUrl } from './public-url.ts';
import { CaptureEvent, CaptureOrder, RecordingEpoch } from './recording/capture.ts';
import { RoomMediaOptions } from './room-media.ts';
import { SessionEvent } from './server-messages.ts';
import { HistoryQuery, RoomMediaStats } from './stats.ts';
import { Track } from './track.ts';

/**
 * The link: the socket that a media node opens to the Room object of each room it serves, at
 * {@link linkPath}, with its signed assignment as bearer token. The relay carrier's session messages ride on it.
 */
export function linkPath(roomId: string): string {
  return `/internal/rooms/${encodeURIComponent(roomId)}/link`;
}

/** The close code with which a node tells the Room that it stops (RFC 6455 §7.4.1, going away). */
export const NODE_STOPS = 1001;

/** A media session that a node holds, as it tells the Room when a link opens. */
export const LinkSession = z.object({
  participantId: OpaqueId,
  session: SessionNumber,
  tracks: z.array(Track),
});
export type LinkSession = z.infer<typeof LinkSession>;

/**
 * What the node sees of a participant's transports. `connected`: one is up, by ICE consent (RFC 7675) and DTLS.
 * `disconnected`: none is, and the client may come back. `closed`: the client has closed them all itself.
 */
export const MediaState = z.enum(['connected', 'disconnected', 'closed']);
export type MediaState = z.infer<typeof MediaState>;

/** How a session was, from the node's side, over the whole of it. */
export const SessionReport = z.object({
  /** From the session's opening to its first connected transport, milliseconds. */
  connectMs: z.number().int().min(0).optional(),
  /** How long media was connected, milliseconds. */
  connectedMs: z.number().int().min(0),
  /** RTP payload that came from and went to the participant. */
  bytesReceived: z.number().int().min(0),
  bytesSent: z.number().int().min(0),
  /** Share of its packets lost on the way to the node, and of those to it on the way from the node, 0–1. */
  lossReceived: z.number().min(0).max(1).optional(),
  lossSent: z.number().min(0).max(1).optional(),
  roundTripTimeMs: z.number().min(0).optional(),
});
export type SessionReport = z.infer<typeof SessionReport>;

/** Whose session, and which of them: the Room believes nothing about one that it has replaced. */
const who = { participantId: OpaqueId, session: SessionNumber };

/** Node → Room. */
export const NodeLinkMessage = z.discriminatedUnion('type', [
  /** First message: who it is and what it still holds, from which the Room reconciles. */
  z.object({
    type: z.literal('hello'),
    version: z.number().int(),
    /** Changes with each start of the node process. */
    incarnation: OpaqueId,
    /** Where clients open sessions of their own, ws or wss; absent when they cannot. */
    publicUrl: PublicUrl.optional(),
    sessions: z.array(LinkSession),
  }),
  z.object({ type: z.literal('session-event'), ...who, message: SessionEvent }),
  /** The node did not open the session, or ended it by itself. */
  z.object({
    type: z.literal('session-closed'),
    ...who,
    code: ErrorCode,
    message: z.string(),
  }),
  /**
   * A client opened its session with a ticket of its own. Whoever has left meanwhile has a ticket for up to a minute; the
   * Room has such a session closed.
   */
  z.object({ type: z.literal('session-opened'), ...who }),
  z.object({ type: z.literal('media-state'), ...who, state: MediaState }),
  /** Once, as a session ends on the node, whyever it does. */
  z.object({ type: z.literal('session-report'), ...who, report: SessionReport }),
  z.object({ type: z.literal('track-published'), ...who, track: Track }),
  z.object({ type: z.literal('track-unpublished'), ...who, trackId: OpaqueId }),
  z.object({ type: z.literal('stats'), requestId: OpaqueId, stats: RoomMediaStats }),
  /** Of the capture that the Room ordered; one of an older epoch means nothing any more. */
  z.object({
    type: z.literal('capture-event'),
    recordingId: OpaqueId,
    epoch: RecordingEpoch,
    event: CaptureEvent,
  }),
]);
export type NodeLinkMessage = z.infer<typeof NodeLinkMessage>;

/** Room → node. */
export const RoomLinkMessage = z.discriminatedUnion('type', [
  /** Answers `hello`; `assignment` renews the one that opened the link. */
  z.object({
    type: z.literal('welcome'),
    version: z.number().int(),
    assignment: z.string(),
    /** Absent from a Room of the version before, or when it says nothing. */
    media: RoomMediaOptions.optional(),
  }),
  /** The room's options have changed; all of them. */
  z.object({ type: z.literal('set-room-media'), media: RoomMediaOptions }),
  /** The same number again is another way to the same session, if the node still has it. */
  z.object({ type: z.literal('open-session'), ...who, ticket: z.string() }),
  z.object({ type: z.literal('session-request'), ...who, message: SessionRequest }),
  z.object({ type: z.literal('close-session'), ...who }),
  z.object({
    type: z.literal('set-muted'),
    participantId: OpaqueId,
    trackId: OpaqueId,
    muted: z.boolean(),
  }),
  /** The participant's grants have changed: what it may no longer publish or receive ends. */
  z.object({ type: z.literal('set-grants'), ...who, grants: Grants }),
  z.object({ type: z.literal('get-stats'), requestId: OpaqueId, history: HistoryQuery.optional() }),
  /**
   * Send the room's media to a recorder, in place of any capture before. The same order again changes nothing, but has the node
   * say again which transports and tracks there are: the recorder's link, or its own, was gone for a while.
   */
  z.object({ type: z.literal('capture'), order: CaptureOrder }),
  /** One of an epoch that is over, or has not begun, changes nothing. */
  z.object({ type: z.literal('end-capture'), recordingId: OpaqueId, epoch: RecordingEpoch }),
  /** The room is over or served elsewhere: close it, and the link. */
  z.object({ type: z.literal('close-room'), roomId: RoomId }),
]);
export type RoomLinkMessage = z.infer<typeof RoomLinkMessage>;
