import { CHAT_TEXTS, TokenBucket } from '@parley/protocol/token-bucket';

/** From so many on, those who are gone are looked for. */
const MANY = 256;

/**
 * How much each participant may say to everybody. Kept by participant and not by connection: coming back over another
 * socket buys nothing.
 */
export class ChatLimits {
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param isPresent whether a participant is still in the room */
  take(participantId: string, now: number, isPresent: (participantId: string) => boolean): boolean {
    const bucket = this.#buckets.get(participantId) ?? new TokenBucket(CHAT_TEXTS, now);
    this.#buckets.set(participantId, bucket);
    if (this.#buckets.size > MANY) {
      for (const id of this.#buckets.keys()) if (!isPresent(id)) this.#buckets.delete(id);
    }
    return bucket.take(now);
  }
}
