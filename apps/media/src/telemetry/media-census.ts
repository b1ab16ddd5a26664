import type { Transport, Worker } from 'mediasoup/types';

const COUNTED = [
  'routers',
  'transports',
  'producers',
  'consumers',
  'dataProducers',
  'dataConsumers',
] as const;

/** How much of each mediasoup has open. */
export type MediaCounts = Record<(typeof COUNTED)[number], number>;

const NONE: MediaCounts = {
  routers: 0,
  transports: 0,
  producers: 0,
  consumers: 0,
  dataProducers: 0,
  dataConsumers: 0,
};

/** What can tell of its end. */
interface Observed {
  observer: { once(event: 'close', listener: () => void): unknown };
}

/**
 * Counts what a worker has open, by mediasoup's own events: what the node's lists have lost sight of is counted too. Apart
 * from opening and closing it costs nothing.
 */
export class MediaCensus {
  readonly #counts = { ...NONE };

  /** Counts what is opened on the worker from now on; what goes down with it is closed too. */
  constructor(worker: Worker) {
    worker.observer.on('newrouter', (router) => {
      this.#count('routers', router);
      router.observer.on('newtransport', (transport) => this.#watch(transport));
    });
  }

  get counts(): Readonly<MediaCounts> {
    return this.#counts;
  }

  #watch(transport: Transport): void {
    this.#count('transports', transport);
    transport.observer.on('newproducer', (one) => this.#count('producers', one));
    transport.observer.on('newconsumer', (one) => this.#count('consumers', one));
    transport.observer.on('newdataproducer', (one) => this.#count('dataProducers', one));
    transport.observer.on('newdataconsumer', (one) => this.#count('dataConsumers', one));
  }

  #count(what: keyof MediaCounts, { observer }: Observed): void {
    this.#counts[what] += 1;
    observer.once('close', () => {
      this.#counts[what] -= 1;
    });
  }
}

/** What several workers have open. */
export function sumOf(all: readonly Readonly<MediaCounts>[]): MediaCounts {
  const total = { ...NONE };
  for (const counts of all) for (const what of COUNTED) total[what] += counts[what];
  return total;
}
