import { z } from 'zod';
import { MAX_ACCESS_TOKEN_LENGTH } from './access-token.ts';
import { Source } from './grants.ts';
import { OpaqueId, ParticipantName, RoomId, SessionNumber } from './identifiers.ts';
import { ModerationAction } from './moderation.ts';
import { Quality } from './track.ts';

/** Largest client message, bytes: an answer for a hundred participants fits. */
export const MAX_CLIENT_MESSAGE_BYTES = 512 * 1024;
/** Largest `join`, bytes: the first message comes from a stranger. */
export const MAX_JOIN_BYTES = 16 * 1024;
/** Most tracks in one `subscribe` or `set-view`: as many as a receiving PeerConnection may have m-lines. */
export const MAX_SUBSCRIBE_IDS = 1024;
/** Longest chat text, characters. */
export const MAX_CHAT_LENGTH = 4096;

const Sdp = z.string().max(500_000);
/** Optional after `join`; when present it must be the joined room. */
const roomId = RoomId.optional();
/**
 * Which of the client's media sessions a request is for, see {@link MediaSession}; what comes for an older one is
 * dropped. Clients without `recovers` leave it out.
 */
const session = SessionNumber.optional();
/** Says which m-line carries what, where that cannot be told from the kind and the message type. */
const tracks = z
  .array(
    z.object({
      mid: z.string().min(1).max(16),
      source: Source,
      /** The scalability mode of its one encoding (W3C webrtc-svc), which SDP does not tell: `L3T3_KEY`. */
      scalabilityMode: z
        .string()
        .regex(/^[LS][1-8]T[1-8](h|_KEY|_KEY_SHIFT)?$/)
        .optional(),
      /** The track that this m-line sends in another codec, after `codec-wanted`; it is no track of its own. */
      fallbackFor: OpaqueId.optional(),
    }),
  )
  .max(64)
  .optional();
/** Names the offer in its answer and in errors about it. The client's choice, another for each offer of a session. */
const offerId = OpaqueId.optional();

/** Who comes back, and the last event it knows. */
export const Resume = z.object({
  participantId: OpaqueId,
  /** From `joined`. */
  secret: z.string().min(1).max(128),
  /** `seq` of the last durable event that the client has seen. */
  seq: z.number().int().min(0),
});
export type Resume = z.infer<typeof Resume>;

/** Enters a room; the first message on every socket. */
export const Join = z.object({
  type: z.literal('join'),
  roomId: RoomId,
  participantName: ParticipantName,
  /** Protocol version; absent means 1. */
  version: z.number().int().optional(),
  /**
   * Whether the server should ask for offers with `request-offer`, and ask again while nothing is published.
   * Clients that offer by themselves when they have a track set it to false. Default true.
   */
  requestOffers: z.boolean().optional(),
  /**
   * Whether the client receives every track of the others until it says otherwise by `subscribe`. False: nothing is
   * offered until it asks. Default true.
   */
  autoSubscribe: z.boolean().optional(),
  /**
   * Whether the client stays in the call through failures: it makes new PeerConnections when `media-session` tells of
   * another session, and comes back with `resume` when its socket is lost. Others are told to join again. Default false.
   */
  recovers: z.boolean().optional(),
  /** Whether the client can open a socket of its own to a media node. Needs `recovers`. Default false. */
  direct: z.boolean().optional(),
  /** An access token; may also come with the socket's handshake. */
  token: z.string().min(1).max(MAX_ACCESS_TOKEN_LENGTH).optional(),
  /** Comes back as a participant whose socket was lost. Without effect when that one is gone or the secret is wrong. */
  resume: Resume.optional(),
});
export type Join = z.infer<typeof Join>;

/** The publishing PeerConnection's offer (RFC 8829); may have no m-line yet. */
export const Offer = z.object({ type: z.literal('offer'), roomId, session, offerId, sdp: Sdp, tracks });
export type Offer = z.infer<typeof Offer>;

/** The receiving PeerConnection's answer to the server's `offer` of the same `offerId`. */
export const Answer = z.object({
  type: z.literal('answer'),
  roomId,
  session,
  offerId: OpaqueId,
  sdp: Sdp,
});
export type Answer = z.infer<typeof Answer>;

/**
 * A trickled candidate (RFC 8840). Nodes are ICE-lite and learn addresses from connectivity checks, so it is
 * validated, counted and not needed.
 */
export const IceCandidate = z.object({
  type: z.literal('ice-candidate'),
  roomId,
  session,
  candidate: z
    .object({
      candidate: z.string().max(1024),
      sdpMLineIndex: z.number().int().min(0).max(1024).nullish(),
      sdpMid: z.string().max(32).nullish(),
      usernameFragment: z.string().max(256).nullish(),
    })
    .nullable(),
});
export type IceCandidate = z.infer<typeof IceCandidate>;

/** An offer whose new m-lines are a screen and its sound: on the publishing PeerConnection or on a new one. */
export const StartScreenShare = z.object({
  type: z.literal('start-screen-share'),
  roomId,
  session,
  offerId,
  sdp: Sdp,
  tracks,
});
export type StartScreenShare = z.infer<typeof StartScreenShare>;

/** Ends the participant's screen share. */
export const StopScreenShare = z.object({ type: z.literal('stop-screen-share'), roomId, session });
export type StopScreenShare = z.infer<typeof StopScreenShare>;

/** Chooses the layer this subscriber receives, of one track or of every camera. */
export const UpdateQuality = z.object({
  type: z.literal('update-quality'),
  roomId,
  session,
  quality: Quality,
  trackId: OpaqueId.optional(),
});
export type UpdateQuality = z.infer<typeof UpdateQuality>;

/**
 * Which of the others' tracks this client wants: all it wants, in place of what it said before, so it may be repeated. Holds
 * for one session; ids of tracks that are gone or still to come are no error.
 */
export const Subscribe = z.object({
  type: z.literal('subscribe'),
  roomId,
  session,
  /** Whether tracks that are not in `except` are wanted, those that come later included. */
  default: z.boolean(),
  /** Tracks for which the opposite holds. */
  except: z.array(OpaqueId).max(MAX_SUBSCRIBE_IDS),
});
export type Subscribe = z.infer<typeof Subscribe>;

/** How the client shows one of the others' tracks. */
export const TrackView = z.object({
  trackId: OpaqueId,
  /** Of the box that the picture is shown in, device pixels; 0 × 0 is not visible. */
  width: z.number().int().min(0).max(16_384),
  height: z.number().int().min(0).max(16_384),
  /** Whether the person wants it whatever happens: it comes first, and is forwarded however many there are. */
  pinned: z.boolean().optional(),
});
export type TrackView = z.infer<typeof TrackView>;

/**
 * How the client shows what it receives, from which the node chooses what to send: all it says, in place of what it said
 * before, so it may be repeated. Holds for one session. Of a track that is not named nothing is assumed; ids of tracks that are
 * gone or still to come are no error.
 */
export const SetView = z.object({
  type: z.literal('set-view'),
  roomId,
  session,
  tracks: z.array(TrackView).max(MAX_SUBSCRIBE_IDS),
});
export type SetView = z.infer<typeof SetView>;

/** Whether the client wants `active-speakers` from now on. Without it none is sent. */
export const WatchSpeakers = z.object({
  type: z.literal('watch-speakers'),
  roomId,
  session,
  on: z.boolean(),
});
export type WatchSpeakers = z.infer<typeof WatchSpeakers>;

/**
 * The receiving PeerConnection has lost the node, which may notice it later, if at all: asks for an offer with which ICE begins
 * anew (RFC 8445 §2.4).
 */
export const RestartIce = z.object({ type: z.literal('restart-ice'), roomId, session });
export type RestartIce = z.infer<typeof RestartIce>;

/** Mutes or unmutes one of the participant's own tracks. */
export const Mute = z.object({ type: z.literal('mute'), roomId, trackId: OpaqueId, muted: z.boolean() });
export type Mute = z.infer<typeof Mute>;

/** A text to everybody in the room. */
export const Chat = z.object({
  type: z.literal('chat'),
  roomId,
  text: z.string().trim().min(1).max(MAX_CHAT_LENGTH),
});
export type Chat = z.infer<typeof Chat>;

/** Changes the participant's own name. */
export const Rename = z.object({ type: z.literal('rename'), roomId, name: ParticipantName });
export type Rename = z.infer<typeof Rename>;

/** Moderates; needs the grant. Answered by what follows from it, or by an `error` with `requestType: "moderate"`. */
export const Moderate = z.object({ type: z.literal('moderate'), roomId, request: ModerationAction });
export type Moderate = z.infer<typeof Moderate>;

/** How the call was for the client, over the whole of it: what only the receiver knows. */
export const ClientReport = z.object({
  /** From `join` to the first decoded frame of another's video, milliseconds. */
  joinMs: z.number().int().min(0).max(3_600_000).optional(),
  /** Times that a video stood still, and for how long together (W3C webrtc-stats freezeCount, totalFreezesDuration). */
  freezes: z.number().int().min(0).max(1_000_000),
  freezeMs: z.number().int().min(0).max(1_000_000_000),
  /** Audio that was made up for what was missing, 0–1 (concealedSamples less silentConcealedSamples, totalSamplesReceived). */
  concealedAudio: z.number().min(0).max(1).optional(),
  /** How often the client had to reconnect its socket or media. */
  reconnects: z.number().int().min(0).max(1_000_000),
});
export type ClientReport = z.infer<typeof ClientReport>;

/** Leaves the room; the server closes the socket. */
export const Leave = z.object({ type: z.literal('leave'), roomId, report: ClientReport.optional() });
export type Leave = z.infer<typeof Leave>;

/** The two ways to a media node: through the Room, or over a socket of the client's own. */
export const CarrierKind = z.enum(['relay', 'direct']);
export type CarrierKind = z.infer<typeof CarrierKind>;

/**
 * The client lost its way to the session, or could not open it: it asks for another. Answered by `media-session` of the
 * same number when the session is still there; its PeerConnections live on.
 */
export const ReconnectSession = z.object({
  type: z.literal('reconnect-session'),
  roomId,
  session: SessionNumber,
  carrier: CarrierKind,
});
export type ReconnectSession = z.infer<typeof ReconnectSession>;

/** Everything a client may send. */
export const ClientMessage = z.discriminatedUnion('type', [
  Join,
  Offer,
  Answer,
  IceCandidate,
  StartScreenShare,
  StopScreenShare,
  UpdateQuality,
  Subscribe,
  SetView,
  WatchSpeakers,
  RestartIce,
  ReconnectSession,
  Mute,
  Chat,
  Rename,
  Moderate,
  Leave,
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/**
 * The part of a client's messages that concerns its media: handled by the node, whichever carrier brings them.
 * The Room handles the others.
 */
export const SessionRequest = z.discriminatedUnion('type', [
  Offer,
  Answer,
  IceCandidate,
  StartScreenShare,
  StopScreenShare,
  UpdateQuality,
  Subscribe,
  SetView,
  WatchSpeakers,
  RestartIce,
]);
export type SessionRequest = z.infer<typeof SessionRequest>;
