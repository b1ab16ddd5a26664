import { ParleyError } from '@parley/protocol/errors';
import {
  ISSUER,
  TICKET_TTL_SECONDS,
  TicketClaims,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { isSupportedVersion } from '@parley/protocol/version';
import { type CompactVerifyGetKey, compactVerify, decodeProtectedHeader, errors } from 'jose';
import { z } from 'zod';
import { ReplayCache } from './replay-cache.ts';

/** Seconds by which the clocks of edge and node may differ. */
export const CLOCK_TOLERANCE_SECONDS = 5;

declare const VERIFIED: unique symbol;
/** What a ticket says whose signature and times {@link TicketVerifier.verify} has found to be right. */
export type VerifiedTicket = TicketClaims & { readonly [VERIFIED]: true };

/** What a ticket must be for. */
export interface TicketContext {
  roomId: string;
  /** Of the assignment under which the room is served now. */
  epoch: number;
  participantId: string;
  /** Which of the participant's sessions. */
  session: number;
}

/**
 * Verifies the tickets that open sessions, offline but for the key set. Every way to fail has a code of its own, but
 * whoever shows no ticket of the edge's learns nothing of what it would be for: {@link TicketVerifier.verify} knows no
 * room. A ticket is used up only when everything else about it is right.
 */
export class TicketVerifier {
  readonly #nodeId: string;
  readonly #keys: CompactVerifyGetKey;
  readonly #now: () => number;
  readonly #used = new ReplayCache();

  /**
   * @param keys finds the key of a ticket's `kid`
   * @param now ms
   */
  constructor(nodeId: string, keys: CompactVerifyGetKey, now: () => number = Date.now) {
    this.#nodeId = nodeId;
    this.#keys = keys;
    this.#now = now;
  }

  /** Forgets used tickets that could not be used anyway. */
  sweep(): void {
    this.#used.sweep(this.#now());
  }

  /**
   * Reads a ticket that the edge has made for this node and that is valid now.
   *
   * @throws {ParleyError} `ticket_missing`, `ticket_malformed`, `ticket_bad_signature`, `ticket_unsupported_version`,
   *   `ticket_expired`, `ticket_wrong_node`, or `media_unavailable` when the keys cannot be had
   */
  async verify(ticket: string): Promise<VerifiedTicket> {
    if (ticket === '') throw new ParleyError('ticket_missing', 'Show the ticket that the Room issued.');
    checkHeader(ticket);
    const payload = await this.#signed(ticket);
    if (typeof payload.v !== 'number' || !isSupportedVersion(payload.v)) {
      throw new ParleyError(
        'ticket_unsupported_version',
        `The ticket has protocol version ${String(payload.v)}; upgrade this node or the edge.`,
      );
    }
    const parsed = TicketClaims.safeParse(payload);
    if (!parsed.success || payload.iss !== ISSUER) {
      throw new ParleyError('ticket_malformed', 'The ticket lacks claims; ask the Room for another one.');
    }
    const claims = parsed.data;
    this.#checkTimes(claims);
    if (claims.aud !== this.#nodeId) {
      throw new ParleyError('ticket_wrong_node', 'The ticket is for another node.');
    }
    return claims as VerifiedTicket;
  }

  /**
   * Uses a ticket up, for what it must be for.
   *
   * @throws {ParleyError} `ticket_wrong_room`, `forbidden` (another participant's or session's), `ticket_stale_epoch`,
   *   `ticket_replayed`, or `media_unavailable` when it cannot be remembered
   */
  redeem(ticket: VerifiedTicket, context: TicketContext): void {
    checkSubject(ticket, context);
    this.#useUp(ticket);
  }

  async #signed(ticket: string): Promise<z.infer<typeof AnyClaims>> {
    let payload: Uint8Array;
    try {
      ({ payload } = await compactVerify(ticket, this.#keys, { algorithms: [TOKEN_ALGORITHM] }));
    } catch (error) {
      throw signatureError(error);
    }
    try {
      return AnyClaims.parse(JSON.parse(new TextDecoder().decode(payload)));
    } catch (cause) {
      throw new ParleyError('ticket_malformed', 'The ticket’s claims cannot be read.', { cause });
    }
  }

  #checkTimes({ iat, exp }: TicketClaims): void {
    const now = this.#now() / 1000;
    if (exp <= now - CLOCK_TOLERANCE_SECONDS) {
      throw new ParleyError('ticket_expired', 'The ticket has expired; ask the Room for a new one.');
    }
    if (iat > now + CLOCK_TOLERANCE_SECONDS) {
      throw new ParleyError('ticket_expired', 'The ticket is from the future; check the node’s clock.');
    }
    if (exp - iat > TICKET_TTL_SECONDS) {
      throw new ParleyError(
        'ticket_expired',
        `A ticket may live ${TICKET_TTL_SECONDS} s, this one lives longer.`,
      );
    }
  }

  #useUp({ jti, exp }: TicketClaims): void {
    const now = this.#now();
    switch (this.#used.use(jti, (exp + CLOCK_TOLERANCE_SECONDS) * 1000, now)) {
      case 'fresh':
        return;
      case 'used':
        throw new ParleyError('ticket_replayed', 'The ticket was used before; ask the Room for a new one.');
      case 'full':
        throw new ParleyError('media_unavailable', 'Too many tickets at once; try again in a minute.');
    }
  }
}

/** Before the version is known, nothing is known about the claims. */
const AnyClaims = z.looseObject({ v: z.unknown(), iss: z.unknown() });

function signatureError(cause: unknown): ParleyError {
  if (
    cause instanceof errors.JWSSignatureVerificationFailed ||
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return new ParleyError('ticket_bad_signature', 'No key of this edge made the ticket’s signature.', {
      cause,
    });
  }
  if (cause instanceof errors.JWSInvalid) {
    return new ParleyError('ticket_malformed', 'The ticket is no signed JWT.', { cause });
  }
  return new ParleyError('media_unavailable', 'The node cannot get the edge’s keys now; try again.', {
    cause,
  });
}

function checkHeader(ticket: string): void {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(ticket);
  } catch (error) {
    throw new ParleyError('ticket_malformed', 'The ticket is no JWT.', { cause: error });
  }
  if (header.alg !== TOKEN_ALGORITHM || header.typ !== TOKEN_TYPES.ticket || header.kid === undefined) {
    throw new ParleyError(
      'ticket_malformed',
      `A ticket has alg ${TOKEN_ALGORITHM}, typ ${TOKEN_TYPES.ticket} and a kid.`,
    );
  }
}

function checkSubject(claims: TicketClaims, context: TicketContext): void {
  if (claims.room !== context.roomId) {
    throw new ParleyError('ticket_wrong_room', 'The ticket is for another room.');
  }
  if (claims.sub !== context.participantId) {
    throw new ParleyError('forbidden', 'The ticket is another participant’s.');
  }
  if (claims.session !== context.session) {
    throw new ParleyError('forbidden', 'The ticket is for another session of the participant.');
  }
  if (claims.epoch !== context.epoch) {
    throw new ParleyError(
      'ticket_stale_epoch',
      `The ticket is from epoch ${claims.epoch}, the room is served in epoch ${context.epoch}.`,
    );
  }
}
