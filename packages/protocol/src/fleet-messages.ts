import { z } from 'zod';
import { NodeId, OpaqueId, RoomId } from './identifiers.ts';

/** Where a node buys its node token: `POST` with the enrolment secret as bearer token, body {@link EnrolRequest}. */
export const ENROL_PATH = '/internal/nodes/enrol';

/** Where a node opens its fleet socket, with its node token as bearer token and its region in the query. */
export const FLEET_PATH = '/internal/fleet';

/** The enrolment secret, the same at edge and nodes: what fits a bearer token (RFC 6750 §2.1), 16 characters or more. */
export const EnrolmentSecret = z
  .string()
  .trim()
  .min(16, 'must have 16 characters or more; make one with: openssl rand -hex 32')
  .regex(/^[\w.~+/=-]*$/, 'must be of letters, digits and . _ ~ + / = -');

export const EnrolRequest = z.object({ nodeId: NodeId, version: z.number().int() });
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const EnrolResponse = z.object({ token: z.string(), expiresIn: z.number() });
export type EnrolResponse = z.infer<typeof EnrolResponse>;

/** Seconds between heartbeats. */
export const HEARTBEAT_SECONDS = 5;
/** Seconds without a heartbeat after which a node's lease has run out. */
export const LEASE_SECONDS = 20;

/** What a node measured last, for the edge's metrics. */
export const NodeFigures = z.object({
  videoTracks: z.number().int().min(0),
  audioTracks: z.number().int().min(0),
  /** Carried by clients' transports since the node started, closed ones included. */
  bytesReceived: z.number().min(0),
  bytesSent: z.number().min(0),
  /** From publishers to the node: share of packets in the last interval, 0–1, and milliseconds; means over tracks. */
  packetLossRate: z.number().min(0),
  jitterMs: z.number().min(0),
  /** Media workers that run. */
  workers: z.number().int().min(0),
  /** Resident memory of the node's process and its workers. */
  memoryBytes: z.number().min(0),
});
export type NodeFigures = z.infer<typeof NodeFigures>;

/** What a node carries now. */
export const NodeLoad = z.object({
  rooms: z.number().int().min(0),
  participants: z.number().int().min(0),
  /** Busiest worker's share of one core over the last interval, 0–1. */
  cpu: z.number().min(0),
  /** Set while the node takes no new rooms: its memory is nearly used up. Those it has stay. */
  full: z.literal(true).optional(),
  /** Absent before the first measurement, and from a node of the version before. */
  figures: NodeFigures.optional(),
});
export type NodeLoad = z.infer<typeof NodeLoad>;

/** Node → Fleet. */
export const NodeFleetMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.number().int(),
    /** Changes with each start of the node process. */
    incarnation: OpaqueId,
    load: NodeLoad,
  }),
  z.object({ type: z.literal('heartbeat'), load: NodeLoad }),
]);
export type NodeFleetMessage = z.infer<typeof NodeFleetMessage>;

/** Fleet → node. */
export const FleetNodeMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), version: z.number().int() }),
  /** Serve this room: open its link with `assignment`. */
  z.object({
    type: z.literal('assign'),
    roomId: RoomId,
    epoch: z.number().int().positive(),
    assignment: z.string(),
  }),
]);
export type FleetNodeMessage = z.infer<typeof FleetNodeMessage>;

/**
 * What the Fleet knows of a process of a node: `live` while its socket is there, `dead` when the Fleet saw that end or
 * another process took its place, else `unknown`: a deploy takes every socket and says nothing about nodes.
 */
export type NodeLife = 'live' | 'dead' | 'unknown';
