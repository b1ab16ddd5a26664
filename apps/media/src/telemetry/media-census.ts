import type { Worker } from 'mediasoup/types';

/**
 * Counts what mediasoup has open, by its own events: what the node's lists have lost sight of is counted too. Apart
 * from opening and closing it costs nothing.
 */
export class MediaCensus {
  #routers = 0;
  #transports = 0;
  #producers = 0;
  #consumers = 0;
  #dataProducers = 0;
  #dataConsumers = 0;

  get routers(): number {
    return this.#routers;
  }

  get transports(): number {
    return this.#transports;
  }

  get producers(): number {
    return this.#producers;
  }

  get consumers(): number {
    return this.#consumers;
  }

  get dataProducers(): number {
    return this.#dataProducers;
  }

  get dataConsumers(): number {
    return this.#dataConsumers;
  }

  /** Counts what is opened on a worker from now on; what goes down with it is closed too. */
  watch(worker: Worker): void {
    worker.observer.on('newrouter', (router) => {
      this.#routers += 1;
      router.observer.once('close', () => {
        this.#routers -= 1;
      });
      router.observer.on('newtransport', (transport) => {
        this.#transports += 1;
        transport.observer.once('close', () => {
          this.#transports -= 1;
        });
        transport.observer.on('newproducer', (producer) => {
          this.#producers += 1;
          producer.observer.once('close', () => {
            this.#producers -= 1;
          });
        });
        transport.observer.on('newconsumer', (consumer) => {
          this.#consumers += 1;
          consumer.observer.once('close', () => {
            this.#consumers -= 1;
          });
        });
        transport.observer.on('newdataproducer', (producer) => {
          this.#dataProducers += 1;
          producer.observer.once('close', () => {
            this.#dataProducers -= 1;
          });
        });
        transport.observer.on('newdataconsumer', (consumer) => {
          this.#dataConsumers += 1;
          consumer.observer.once('close', () => {
            this.#dataConsumers -= 1;
          });
        });
      });
    });
  }
}
