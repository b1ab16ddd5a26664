import { z } from 'zod';
import { SessionRequest } from './client-messages.ts';
import { ErrorCode } from './errors.ts';
import { OpaqueId, RoomId } from './identifiers.ts';
import { SessionEvent } from './server-messages.ts';
import { RoomMediaStats } from './stats.ts';
import { Track } from './track.ts';

/**
 * The link: the socket that a media node opens to the Room object of each room it serves, at
 * {@link linkPath}, with its signed assignment as bearer token. The relay carrier's session messages ride on it.
 */
export function linkPath(roomId: string): string {
  return `/internal/rooms/${encodeURIComponent(roomId)}/link`;
}

/** A media session that a node holds, as it tells the Room when a link opens. */
export const LinkSession = z.object({ participantId: OpaqueId, tracks: z.array(Track) });
export type LinkSession = z.infer<typeof LinkSession>;

/** Whether any transport of the participant is up, by ICE consent and DTLS. */
export const MediaState = z.enum(['connected', 'disconnected']);
export type MediaState = z.infer<typeof MediaState>;

/** Node → Room. */
export const NodeLinkMessage = z.discriminatedUnion('type', [
  /** First message: who it is and what it still holds, from which the Room reconciles. */
  z.object({
    type: z.literal('hello'),
    version: z.number().int(),
    /** Changes with each start of the node process. */
    incarnation: OpaqueId,
    sessions: z.array(LinkSession),
  }),
  z.object({ type: z.literal('session-event'), participantId: OpaqueId, message: SessionEvent }),
  /** The node did not open the session, or ended it by itself. */
  z.object({
    type: z.literal('session-closed'),
    participantId: OpaqueId,
    code: ErrorCode,
    message: z.string(),
  }),
  z.object({ type: z.literal('media-state'), participantId: OpaqueId, state: MediaState }),
  z.object({ type: z.literal('track-published'), participantId: OpaqueId, track: Track }),
  z.object({ type: z.literal('track-unpublished'), participantId: OpaqueId, trackId: OpaqueId }),
  z.object({ type: z.literal('stats'), requestId: OpaqueId, stats: RoomMediaStats }),
]);
export type NodeLinkMessage = z.infer<typeof NodeLinkMessage>;

/** Room → node. */
export const RoomLinkMessage = z.discriminatedUnion('type', [
  /** Answers `hello`; `assignment` renews the one that opened the link. */
  z.object({ type: z.literal('welcome'), version: z.number().int(), assignment: z.string() }),
  z.object({ type: z.literal('open-session'), participantId: OpaqueId, ticket: z.string() }),
  z.object({ type: z.literal('session-request'), participantId: OpaqueId, message: SessionRequest }),
  z.object({ type: z.literal('close-session'), participantId: OpaqueId }),
  z.object({
    type: z.literal('set-muted'),
    participantId: OpaqueId,
    trackId: OpaqueId,
    muted: z.boolean(),
  }),
  z.object({ type: z.literal('get-stats'), requestId: OpaqueId }),
  /** The room is over or served elsewhere: close it, and the link. */
  z.object({ type: z.literal('close-room'), roomId: RoomId }),
]);
export type RoomLinkMessage = z.infer<typeof RoomLinkMessage>;
