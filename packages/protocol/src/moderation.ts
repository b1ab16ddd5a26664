import { z } from 'zod';
import { GrantsChange } from './grants.ts';
import { OpaqueId, ParticipantName } from './identifiers.ts';

/** Longest ban, seconds: a year. */
export const MAX_BAN_SECONDS = 365 * 24 * 60 * 60;

const participantId = OpaqueId;

/**
 * What a moderator may do, over the socket (`moderate`) and the API. Nobody is ever unmuted by somebody else: a
 * microphone is opened by whoever sits before it.
 */
export const ModerationAction = z.discriminatedUnion('action', [
  /** Removes somebody. A ban keeps the identity out, or the address of somebody without one. */
  z.object({
    action: z.literal('kick'),
    participantId,
    banSeconds: z.number().int().min(1).max(MAX_BAN_SECONDS).optional(),
  }),
  z.object({ action: z.literal('unban'), banId: OpaqueId }),
  z.object({ action: z.literal('mute'), participantId, trackId: OpaqueId }),
  z.object({ action: z.literal('rename'), participantId, name: ParticipantName }),
  z.object({ action: z.literal('set-grants'), participantId, grants: GrantsChange }),
  /** A locked room lets in nobody new but who moderates. */
  z.object({ action: z.literal('lock'), locked: z.boolean() }),
  /** With a lobby, whoever comes without the grant to moderate waits until somebody admits it. */
  z.object({ action: z.literal('set-lobby'), lobby: z.boolean() }),
  z.object({ action: z.literal('admit'), participantId }),
  z.object({ action: z.literal('deny'), participantId }),
]);
export type ModerationAction = z.infer<typeof ModerationAction>;

/** Who moderated: a participant, or the API in the name of a token's subject or key. */
export const ModeratedBy = z.discriminatedUnion('type', [
  z.object({ type: z.literal('participant'), participantId, name: ParticipantName }),
  z.object({ type: z.literal('api'), name: z.string().max(256).optional() }),
]);
export type ModeratedBy = z.infer<typeof ModeratedBy>;

/** Somebody who waits in the lobby. */
export const LobbyGuest = z.object({
  participantId,
  name: ParticipantName,
  identity: z.string().optional(),
  since: z.number().describe('Since when, milliseconds since the epoch.'),
});
export type LobbyGuest = z.infer<typeof LobbyGuest>;

/** Who may not come back, and until when. */
export const Ban = z.object({
  banId: OpaqueId,
  name: ParticipantName.describe('Whose name was shown when it was made.'),
  identity: z.string().optional().describe('Absent where the ban is of an address.'),
  until: z.number().describe('Milliseconds since the epoch.'),
});
export type Ban = z.infer<typeof Ban>;
