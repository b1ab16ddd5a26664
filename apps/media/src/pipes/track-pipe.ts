import type { Consumer, PipeTransport, Producer } from 'mediasoup/types';

/**
 * A track on another router of its room, under its own id: all its layers, muted while it is. Ends with the track, and with
 * either worker.
 */
export class TrackPipe {
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  #flows = true;
  /** Whether the worker is being told. */
  #following = false;

  private constructor(consumer: Consumer, producer: Producer) {
    this.#consumer = consumer;
    this.#producer = producer;
    consumer.observer.once('close', () => producer.close());
    producer.observer.once('close', () => consumer.close());
    consumer.on('producerpause', () => this.#follow());
    consumer.on('producerresume', () => this.#follow());
    this.#follow();
  }

  /** @throws when a worker cannot, or something of it ended meanwhile; nothing is left then */
  static async open(track: Producer, from: PipeTransport, to: PipeTransport): Promise<TrackPipe> {
    const consumer = await from.consume({ producerId: track.id });
    let producer: Producer | undefined;
    try {
      const { kind, rtpParameters, producerPaused: paused } = consumer;
      producer = await to.produce({ id: track.id, kind, rtpParameters, paused });
      // What came too late to be closed with its transport would be kept for good.
      if (track.closed || consumer.closed || from.closed || to.closed) throw new Error('it ended meanwhile');
      return new TrackPipe(consumer, producer);
    } catch (error) {
      consumer.close();
      producer?.close();
      throw error;
    }
  }

  /** Has somebody told when it has ended, whoever ended it. */
  onClosed(handler: () => void): void {
    if (this.#producer.closed) handler();
    else this.#producer.observer.once('close', handler);
  }

  /** Whether anything is sent. What begins to flow begins with a key frame. */
  set flows(flows: boolean) {
    if (flows === this.#flows) return;
    this.#flows = flows;
    // A worker that dies before it answers ends the pipe.
    (flows ? this.#consumer.resume() : this.#consumer.pause()).catch(() => undefined);
  }

  close(): void {
    this.#producer.close();
  }

  /** What changes while the worker is told is told after it: until it has answered, the producer says what it was before. */
  #follow(): void {
    const { producerPaused } = this.#consumer;
    if (this.#following || this.#producer.closed || producerPaused === this.#producer.paused) return;
    this.#following = true;
    (producerPaused ? this.#producer.pause() : this.#producer.resume()).then(
      () => {
        this.#following = false;
        this.#follow();
      },
      () => undefined,
    );
  }
}
