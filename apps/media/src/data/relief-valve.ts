import type { DataConsumer } from 'mediasoup/types';

/** Bytes left in a full send buffer at which messages are sent again; also that of the transport's streams. */
export const LOW_BUFFER_BYTES = 64 * 1024;

/**
 * Watches over what waits for a slow receiver. Once the send buffer is full the worker throws messages for it away before
 * they cost anything, until it has drained.
 */
export class ReliefValve {
  readonly #consumer: DataConsumer;
  #open = false;

  /** @param onLoss called when it begins */
  constructor(consumer: DataConsumer, onLoss?: () => void) {
    this.#consumer = consumer;
    consumer.on('sctpsendbufferfull', () => {
      if (this.#open) return;
      this.#open = true;
      onLoss?.();
      void this.#throwAway();
    });
    consumer.on('bufferedamountlow', () => void this.#sendAgain());
  }

  async #throwAway(): Promise<void> {
    try {
      await this.#consumer.pause();
      // It may have drained in between, which nobody says twice.
      if ((await this.#consumer.getBufferedAmount()) <= LOW_BUFFER_BYTES) await this.#sendAgain();
    } catch {
      // Closed meanwhile.
    }
  }

  async #sendAgain(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#consumer.resume().catch(() => undefined);
  }
}
