import { z } from 'zod';

/** A room's id: what stands in URLs and messages. 1–64 of letters, digits and `. _ ~ -`. */
export const RoomId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');
export type RoomId = z.infer<typeof RoomId>;

/** Ids that only their maker reads: the server's of participants, tracks, nodes and offers, and a client's of its offers. */
export const OpaqueId = z.string().min(1).max(64);

/** Counts a participant's media sessions, from 1. A higher one makes the lower ones void. */
export const SessionNumber = z.number().int().positive();

/** A media node's id, chosen by its operator or made from its host name. */
export const NodeId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 characters of A-Z a-z 0-9 . _ -, the first a letter or digit',
  );

/** What people call themselves; shown to others, no identity. 1–100 characters after trimming, none of them a control character. */
export const ParticipantName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  // No pattern: the API's document cannot say one with Unicode classes.
  .refine((name) => !/\p{Cc}/u.test(name), 'must have no control characters');
