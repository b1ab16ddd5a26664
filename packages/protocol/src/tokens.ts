import { z } from 'zod';
import { CorrelationId } from './correlation.ts';
import { Grants } from './grants.ts';
import { NodeId, OpaqueId, RoomId, SessionNumber } from './identifiers.ts';

/** `iss` of everything the Keyring signs. */
export const ISSUER = 'parley';

/** Signature algorithm of every token (RFC 8037): the only one verifiers accept. */
export const TOKEN_ALGORITHM = 'EdDSA';

/** `typ` headers (RFC 8725 §3.11): a token of one kind is never taken for another. */
export const TOKEN_TYPES = {
  ticket: 'parley-ticket+jwt',
  assignment: 'parley-assignment+jwt',
  node: 'parley-node+jwt',
  recorder: 'parley-recorder+jwt',
  media: 'parley-media+jwt',
  segments: 'parley-segments+jwt',
} as const;

/** Most seconds between a ticket's `iat` and `exp`. */
export const TICKET_TTL_SECONDS = 60;
/** Seconds an assignment can open links; the Room renews it in each `welcome`. */
export const ASSIGNMENT_TTL_SECONDS = 24 * 60 * 60;
/** Seconds a node token can open fleet sockets. */
export const NODE_TOKEN_TTL_SECONDS = 10 * 60;

/** Lets one participant open one media session on one node, or come back to it, once. */
export const TicketClaims = z.object({
  /** The node. */
  aud: NodeId,
  /** The participant. */
  sub: OpaqueId,
  room: RoomId,
  /** Which of the participant's sessions. */
  session: SessionNumber,
  /** The epoch of the (room, node) assignment it was issued under. */
  epoch: z.number().int().positive(),
  grants: Grants,
  /** See {@link Join.requestOffers}. */
  requestOffers: z.boolean(),
  /** See {@link Join.autoSubscribe}; absent means true, and from a Room of the version before. */
  autoSubscribe: z.boolean().optional(),
  /**
   * See {@link Join.recovers}. The session's channel is for those alone, since of others the Room has to see what they say
   * to their session. Absent means false, and from a Room of the version before.
   */
  recovers: z.boolean().optional(),
  /** Names the participant's stay in logs; absent from a Room of the version before. */
  cid: CorrelationId.optional(),
  /** Used once. */
  jti: OpaqueId,
  iat: z.number().int(),
  exp: z.number().int(),
  /** Protocol version. */
  v: z.number().int(),
});
export type TicketClaims = z.infer<typeof TicketClaims>;

/** `aud` of assignments. */
export const ASSIGNMENT_AUDIENCE = 'room-link';

/** Lets one node open the link of one room in one epoch. */
export const AssignmentClaims = z.object({
  aud: z.literal(ASSIGNMENT_AUDIENCE),
  /** The node. */
  sub: NodeId,
  room: RoomId,
  epoch: z.number().int().positive(),
  v: z.number().int(),
});
export type AssignmentClaims = z.infer<typeof AssignmentClaims>;

/** `aud` of node tokens. */
export const NODE_TOKEN_AUDIENCE = 'fleet';

/** Lets an enrolled node open its fleet socket. */
export const NodeTokenClaims = z.object({
  aud: z.literal(NODE_TOKEN_AUDIENCE),
  /** The node. */
  sub: NodeId,
  v: z.number().int(),
});
export type NodeTokenClaims = z.infer<typeof NodeTokenClaims>;

/** Where the edge publishes its public keys as a JSON Web Key Set (RFC 7517). */
export const JWKS_PATH = '/.well-known/jwks.json';
