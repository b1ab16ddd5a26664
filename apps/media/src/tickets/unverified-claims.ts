import { ParleyError } from '@parley/protocol/errors';
import { TicketClaims } from '@parley/protocol/tokens';
import { decodeJwt } from 'jose';
import type { z } from 'zod';

const Place = TicketClaims.pick({ room: true, sub: true, session: true });

/**
 * Where a ticket says that it belongs. Anybody can say anything: good for finding the room that verifies it, for nothing
 * else.
 *
 * @throws {ParleyError} `ticket_malformed`
 */
export function unverifiedClaims(ticket: string): z.infer<typeof Place> {
  try {
    return Place.parse(decodeJwt(ticket));
  } catch (cause) {
    throw new ParleyError('ticket_malformed', 'The ticket cannot be read; ask the Room for another one.', {
      cause,
    });
  }
}
