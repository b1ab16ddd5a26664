import type { PipeTransport, Router, TransportListenInfo } from 'mediasoup/types';

/** Room for what comes while the worker is busy: see `media-worker.ts`. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** Of this machine alone. The kernel's ephemeral ports, where no worker listens for clients. */
const LISTEN: TransportListenInfo = {
  protocol: 'udp',
  ip: '127.0.0.1',
  portRange: { min: 32_768, max: 60_999 },
  recvBufferSize: BUFFER_BYTES,
  sendBufferSize: BUFFER_BYTES,
};

/**
 * What carries tracks between two routers, either way: a transport on each, connected with each other. When one goes, by
 * its router's closing or its worker's death, so does the other.
 *
 * mediasoup's own `pipeToRouter()` does the same, and leaves a rejection that nobody handles when a worker dies while a
 * track is muted, and a pair that could not be made in the way of the next try.
 */
export class PipePair {
  readonly #ends: ReadonlyMap<Router, PipeTransport>;

  private constructor(ends: ReadonlyMap<Router, PipeTransport>) {
    this.#ends = ends;
    for (const transport of ends.values()) transport.observer.once('close', () => this.close());
  }

  /** @param repairs whether packets that are lost between the workers are asked for again @throws when a worker cannot */
  static async open(routers: readonly [Router, Router], repairs: boolean): Promise<PipePair> {
    const made = await Promise.allSettled(
      routers.map((router) => router.createPipeTransport({ listenInfo: LISTEN, enableRtx: repairs })),
    );
    const transports = made.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    try {
      for (const one of made) if (one.status === 'rejected') throw one.reason;
      const [here, there] = transports;
      if (here === undefined || there === undefined) throw new Error('a transport is missing');
      await Promise.all([connect(here, there), connect(there, here)]);
      // One that came too late to be closed with its router would be kept for good.
      if (routers.some(({ closed }) => closed)) throw new Error('a router was closed meanwhile');
      return new PipePair(
        new Map([
          [routers[0], here],
          [routers[1], there],
        ]),
      );
    } catch (error) {
      for (const transport of transports) transport.close();
      throw error;
    }
  }

  /** Has somebody told when it has closed, whyever. */
  onClosed(handler: () => void): void {
    const [transport] = this.#ends.values();
    if (transport?.closed === false) transport.observer.once('close', handler);
    else handler();
  }

  /** The transport on one of the two. */
  on(router: Router): PipeTransport {
    const transport = this.#ends.get(router);
    if (transport === undefined) throw new Error('the router is not one of this pair');
    return transport;
  }

  close(): void {
    for (const transport of this.#ends.values()) transport.close();
  }
}

async function connect(from: PipeTransport, { tuple }: PipeTransport): Promise<void> {
  await from.connect({ ip: tuple.localAddress, port: tuple.localPort });
}
