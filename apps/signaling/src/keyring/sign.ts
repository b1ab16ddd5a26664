import {
  MEDIA_LINK_AUDIENCE,
  MEDIA_LINK_SECONDS,
  type MediaLinkClaims,
  RECORDER_AUDIENCE,
  type RecorderAssignmentClaims,
  SEGMENT_LINK_AUDIENCE,
  SEGMENT_LINK_SECONDS,
  type SegmentLinkClaims,
} from '@parley/protocol/recording/recorder-api';
import {
  ASSIGNMENT_AUDIENCE,
  ASSIGNMENT_TTL_SECONDS,
  ISSUER,
  NODE_TOKEN_AUDIENCE,
  NODE_TOKEN_TTL_SECONDS,
  TICKET_TTL_SECONDS,
  type TicketClaims,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { importJWK, SignJWT } from 'jose';
import type { SigningKey } from './keyring-object.ts';

type TokenType = keyof typeof TOKEN_TYPES;

async function sign(
  key: SigningKey,
  type: TokenType,
  audience: string,
  subject: string,
  seconds: number,
  claims: Record<string, unknown>,
): Promise<string> {
  // Read once: two looks at the clock may be a second apart, and verifiers refuse what lives longer than it may.
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims, v: PROTOCOL_VERSION })
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPES[type], kid: key.kid })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(await importJWK(key.privateJwk, TOKEN_ALGORITHM));
}

/** What a ticket says beside what every ticket has. */
export type TicketContent = Pick<
  TicketClaims,
  'room' | 'session' | 'epoch' | 'grants' | 'requestOffers' | 'autoSubscribe' | 'recovers' | 'cid'
>;

/** Signs a ticket: one media session of one participant on one node, used once within {@link TICKET_TTL_SECONDS}. */
export function signTicket(
  key: SigningKey,
  nodeId: string,
  participantId: string,
  content: TicketContent,
): Promise<string> {
  const claims = { ...content, jti: crypto.randomUUID() };
  return sign(key, 'ticket', nodeId, participantId, TICKET_TTL_SECONDS, claims);
}

/** Signs an assignment: the node may open the room's link in this epoch. */
export function signAssignment(
  key: SigningKey,
  nodeId: string,
  room: string,
  epoch: number,
): Promise<string> {
  return sign(key, 'assignment', ASSIGNMENT_AUDIENCE, nodeId, ASSIGNMENT_TTL_SECONDS, { room, epoch });
}

/** Signs a recorder's assignment: it may open the room's recorder link in this epoch of the recording. */
export function signRecorderAssignment(
  key: SigningKey,
  { sub, ...claims }: Pick<RecorderAssignmentClaims, 'sub' | 'room' | 'recording' | 'epoch'>,
): Promise<string> {
  return sign(key, 'recorder', RECORDER_AUDIENCE, sub, ASSIGNMENT_TTL_SECONDS, claims);
}

/** Signs a link to a file of a recording, for a while: see {@link MediaLinkClaims}. */
export function signMediaLink(
  key: SigningKey,
  { sub, ...claims }: Pick<MediaLinkClaims, 'sub' | 'file' | 'name'>,
): Promise<string> {
  return sign(key, 'media', MEDIA_LINK_AUDIENCE, sub, MEDIA_LINK_SECONDS, claims);
}

/** Signs a link to segments of a recording, for a finisher: see {@link SegmentLinkClaims}. */
export function signSegmentLink(
  key: SigningKey,
  { sub, ...claims }: Pick<SegmentLinkClaims, 'sub' | 'epochs'>,
): Promise<string> {
  return sign(key, 'segments', SEGMENT_LINK_AUDIENCE, sub, SEGMENT_LINK_SECONDS, claims);
}

/** Signs a node token: the enrolled node may open its fleet socket. */
export function signNodeToken(key: SigningKey, nodeId: string): Promise<string> {
  return sign(key, 'node', NODE_TOKEN_AUDIENCE, nodeId, NODE_TOKEN_TTL_SECONDS, {});
}
