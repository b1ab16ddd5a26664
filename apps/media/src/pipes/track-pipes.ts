import type { Consumer, Router } from 'mediasoup/types';
import type { PublishedTrack } from '../sessions/published-track.ts';
import { PipePair } from './pipe-pair.ts';
import { TrackPipe } from './track-pipe.ts';

/** A track on its way to a router. */
interface Use {
  pipe: Promise<TrackPipe>;
  /** Consumers there, and those that are being made. */
  consumers: number;
  waiting: number;
  /** Consumers that are not paused. */
  taking: number;
}

/** A track that is on another router than its own. */
export interface PipedTrack {
  trackId: string;
  /** Whether it is sent there now: not while all its consumers are paused. */
  flows: boolean;
}

/**
 * Brings a room's tracks to those of its routers where somebody consumes them: each at most once, for as long as somebody
 * does, and sent there while somebody takes it. Of a room with one router it knows nothing.
 */
export class TrackPipes {
  readonly #repairs: boolean;
  /** By the ids of both routers. They close with either. */
  readonly #pairs = new Map<string, Promise<PipePair>>();
  /** By router, then by track. */
  readonly #uses = new Map<Router, Map<string, Use>>();

  /** @param repairs see {@link PipePair.open} */
  constructor(repairs: boolean) {
    this.#repairs = repairs;
  }

  /** Tracks that are on another router than their own, once for each. */
  get count(): number {
    return [...this.#uses.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The tracks of other routers that are on this one. */
  on(router: Router): PipedTrack[] {
    return [...(this.#uses.get(router) ?? [])].map(([trackId, { taking }]) => ({
      trackId,
      flows: taking > 0,
    }));
  }

  /**
   * Has a consumer made on a router where the track is by then, and stays until the consumer is closed.
   *
   * @throws when the track cannot be brought there, or what `make` throws
   */
  async consume(track: PublishedTrack, to: Router, make: () => Promise<Consumer>): Promise<Consumer> {
    if (track.router.router === to) return await make();
    const use = this.#use(track, to);
    use.waiting += 1;
    const release = () => {
      if (use.consumers + use.waiting === 0) this.#end(track.producer.id, to, use);
    };
    try {
      const pipe = await use.pipe;
      const consumer = await make();
      if (!consumer.closed) keep(use, pipe, consumer, release);
      return consumer;
    } finally {
      use.waiting -= 1;
      release();
    }
  }

  #use(track: PublishedTrack, to: Router): Use {
    const { id } = track.producer;
    const uses = this.#uses.get(to) ?? new Map<string, Use>();
    this.#uses.set(to, uses);
    const known = uses.get(id);
    if (known !== undefined) return known;
    const use: Use = { pipe: this.#open(track, to), consumers: 0, waiting: 0, taking: 0 };
    uses.set(id, use);
    const gone = () => this.#forget(id, to, use);
    use.pipe.then((pipe) => pipe.onClosed(gone), gone);
    return use;
  }

  async #open({ producer, router: { router } }: PublishedTrack, to: Router): Promise<TrackPipe> {
    const pair = await this.#pair(router, to);
    return await TrackPipe.open(producer, pair.on(router), pair.on(to));
  }

  #pair(from: Router, to: Router): Promise<PipePair> {
    const key = [from.id, to.id].sort().join(' ');
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const opened = PipePair.open([from, to], this.#repairs);
    this.#pairs.set(key, opened);
    const gone = () => {
      if (this.#pairs.get(key) === opened) this.#pairs.delete(key);
    };
    opened.then((pair) => pair.onClosed(gone), gone);
    return opened;
  }

  /** Nobody there needs it any more. */
  #end(trackId: string, to: Router, use: Use): void {
    this.#forget(trackId, to, use);
    use.pipe.then(
      (pipe) => pipe.close(),
      () => undefined,
    );
  }

  #forget(trackId: string, to: Router, use: Use): void {
    const uses = this.#uses.get(to);
    if (uses?.get(trackId) !== use) return;
    uses.delete(trackId);
    if (uses.size === 0) this.#uses.delete(to);
  }
}

/** Counts a consumer until it is closed, and has the pipe send while any takes what comes. */
function keep(use: Use, pipe: TrackPipe, consumer: Consumer, closed: () => void): void {
  let takes = false;
  const update = () => {
    const now = !consumer.closed && !consumer.paused;
    if (now !== takes) use.taking += now ? 1 : -1;
    takes = now;
    pipe.flows = use.taking > 0;
  };
  use.consumers += 1;
  consumer.observer.on('pause', update);
  consumer.observer.on('resume', update);
  // While the track is muted it tells of neither.
  consumer.on('producerresume', update);
  consumer.observer.once('close', () => {
    use.consumers -= 1;
    update();
    closed();
  });
  update();
}
