import { z } from 'zod';
import { GrantsChange } from './grants.ts';
import { ParticipantName, RoomId } from './identifiers.ts';

/**
 * An API key's id: public, names its secret in the `iss` of access tokens. The customer's server signs with the secret;
 * the edge knows several keys at once, so that they can be rotated.
 */
export const ApiKeyId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ -');

/** An API key's secret: 32 to 128 printable characters. HS256 wants 256 bits at the least (RFC 7518 §3.2). */
export const ApiKeySecret = z
  .string()
  .regex(/^[A-Za-z0-9._~+/=-]{32,128}$/, 'must be 32 to 128 characters of A-Z a-z 0-9 . _ ~ + / = -');

/** Who is known by an identity: a customer's own id of a person. */
export const Identity = z.string().trim().min(1).max(128);

/**
 * Access tokens: JWTs (RFC 7519) that a customer's server signs, HS256 with an API key's secret and the key's id as `iss`,
 * or with a key of `security.jwks_url`. `typ`, where there is one, must be `JWT`.
 */
export const AccessTokenClaims = z.object({
  /** The API key's id, or the issuer of the customer's own keys. */
  iss: z.string().min(1).max(256),
  /** The participant's identity: who joins again under it replaces its old self. Needed for joining. */
  sub: Identity.optional(),
  /** Shown to others, instead of what the client says. */
  name: ParticipantName.optional(),
  /** The one room that it is for; `*` for any. */
  room: z.union([RoomId, z.literal('*')]).optional(),
  /**
   * What the participant may do. Without it: publish every source, subscribe, data; neither record nor moderate. What is
   * absent within it has the same defaults.
   */
  grants: GrantsChange.optional(),
  /** Whether it opens the whole API: for customers' servers, never for browsers. */
  api: z.boolean().optional(),
  /** Seconds since the epoch (RFC 7519 §4.1.4, §4.1.5). */
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
});
export type AccessTokenClaims = z.infer<typeof AccessTokenClaims>;

/** Longest access token, characters. */
export const MAX_ACCESS_TOKEN_LENGTH = 4096;

/** Seconds by which clocks of customer and edge may differ. */
export const CLOCK_TOLERANCE_SECONDS = 10;
