import { ROOM_DATA_MESSAGES, ROOM_DATA_VOLUME, TokenBucket } from '@parley/protocol/token-bucket';

/** What the worker sends of one room's data messages: other rooms share it, and lose video when it is too busy. */
export class RoomShare {
  readonly #messages: TokenBucket;
  readonly #volume: TokenBucket;

  /** @param now milliseconds */
  constructor(now: number) {
    this.#messages = new TokenBucket(ROOM_DATA_MESSAGES, now);
    this.#volume = new TokenBucket(ROOM_DATA_VOLUME, now);
  }

  /** Whether a message of so many bytes may go to so many receivers now. One for a very large room may take all there is. */
  take(now: number, receivers: number, bytes: number): boolean {
    return (
      this.#messages.take(now, Math.min(receivers, ROOM_DATA_MESSAGES.burst)) &&
      this.#volume.take(now, Math.min(receivers * bytes, ROOM_DATA_VOLUME.burst))
    );
  }
}
