import { z } from 'zod';
import { ErrorCode } from '../errors.ts';
import { Source } from '../grants.ts';
import { OpaqueId } from '../identifiers.ts';
import { MediaKind, Quality } from '../track.ts';

/** Counts who records: a recorder's turn at a recording, from 1. A higher one makes the lower ones void. */
export const RecordingEpoch = z.number().int().positive();

/** One end's keys for SRTP (RFC 3711), in base64 (RFC 4568 §6.1: master key and salt). Never logged. */
export const SrtpKeys = z.object({
  cryptoSuite: z.literal('AES_CM_128_HMAC_SHA1_80'),
  keyBase64: z.string().length(40),
});
export type SrtpKeys = z.infer<typeof SrtpKeys>;

/** Where a recorder takes RTP and RTCP, on one port (RFC 5761). */
export const CaptureTarget = z.object({
  ip: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1).max(65_535),
  /** What it encrypts its RTCP with. Present when media leaves the machine: the node then sends SRTP. */
  srtp: SrtpKeys.optional(),
});
export type CaptureTarget = z.infer<typeof CaptureTarget>;

/** What a node is to send to a recorder. */
export const CaptureOrder = z.object({
  recordingId: OpaqueId,
  epoch: RecordingEpoch,
  target: CaptureTarget,
  audioOnly: z.boolean(),
  /** The best layer that is wanted of each video. */
  quality: Quality.exclude(['auto']),
});
export type CaptureOrder = z.infer<typeof CaptureOrder>;

/** How the RTP of a captured track reads: what mediasoup says of the consumer. */
export const CapturedRtp = z.object({
  ssrc: z.number().int().min(0).max(0xffff_ffff),
  payloadType: z.number().int().min(0).max(127),
  /** `video/VP8`. */
  mimeType: z.string(),
  clockRate: z.number().int().positive(),
  channels: z.number().int().positive().optional(),
  /** Of the codec (`fmtp`). */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type CapturedRtp = z.infer<typeof CapturedRtp>;

/** What happens to a capture on a node, in order. */
export const CaptureEvent = z.discriminatedUnion('type', [
  /** RTP will come from here, and RTCP is taken there. One for each of the room's routers. */
  z.object({
    type: z.literal('transport'),
    transportId: OpaqueId,
    ip: z.union([z.ipv4(), z.ipv6()]),
    port: z.number().int().min(1).max(65_535),
    /** What the node encrypts with. */
    srtp: SrtpKeys.optional(),
  }),
  /** A transport is gone, with all its tracks. */
  z.object({ type: z.literal('transport-ended'), transportId: OpaqueId }),
  /** A track begins; its first packets may have come before. */
  z.object({
    type: z.literal('track'),
    trackId: OpaqueId,
    transportId: OpaqueId,
    participantId: OpaqueId,
    kind: MediaKind,
    source: Source,
    rtp: CapturedRtp,
    muted: z.boolean(),
  }),
  z.object({ type: z.literal('track-muted'), trackId: OpaqueId, muted: z.boolean() }),
  z.object({ type: z.literal('track-ended'), trackId: OpaqueId }),
  /**
   * Sender reports of publishers (RFC 3550 §6.4.1), seldom: which of the publisher's times a captured RTP timestamp is. Times of one participant are
   * of one clock.
   */
  z.object({
    type: z.literal('clocks'),
    reports: z.array(
      z.object({
        trackId: OpaqueId,
        /** Milliseconds since the epoch on the publisher's clock. */
        ntp: z.number(),
        rtp: z.number().int().min(0).max(0xffff_ffff),
      }),
    ),
  }),
  /** A track, or all of it where none is named, cannot be captured. */
  z.object({
    type: z.literal('failed'),
    trackId: OpaqueId.optional(),
    code: ErrorCode,
    message: z.string(),
  }),
]);
export type CaptureEvent = z.infer<typeof CaptureEvent>;
