/**
 * Loaded into a process that has mediasoup workers (`node --import`), says over HTTP on 127.0.0.1, port
 * `PACKET_COUNTER_PORT`, what the workers have counted. It asks them only when it is asked: between two questions it costs
 * nothing. The same for the media node and for bare mediasoup.
 */
import { createServer } from 'node:http';
import { observer } from 'mediasoup';
import type { Consumer, Producer, Router, RtpParameters, Transport, Worker } from 'mediasoup/types';

/** What a worker has counted of one producer or consumer. */
export interface PacketCount {
  id: string;
  packets: number;
  /** When, by the worker's clock, ms. */
  at: number;
}

/** What a process's workers have counted, consumers of pipes apart. */
export interface PacketCounts {
  workers: number[];
  /** Routers, the oldest first: the worker of each by its place, and how many transports of clients it has. */
  routers: { worker: number; transports: number }[];
  in: PacketCount[];
  out: PacketCount[];
  piped: PacketCount[];
  /** How producers and consumers were made, identities left out; how many of each. */
  settings: Record<string, number>;
}

const workers = new Set<Worker>();
const routers = new Map<Router, { worker: Worker; transports: Set<Transport> }>();
const producers = new Set<Producer>();
const consumers = new Set<Consumer>();

observer.on('newworker', (worker) => {
  keep(workers, worker);
  worker.observer.on('newrouter', (router) => {
    const transports = new Set<Transport>();
    routers.set(router, { worker, transports });
    router.observer.once('close', () => routers.delete(router));
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', (consumer) => keep(consumers, consumer));
      // Those of pipes are counted where the packets come from a client.
      if (transport.type !== 'webrtc') return;
      keep(transports, transport);
      transport.observer.on('newproducer', (producer) => keep(producers, producer));
    });
  });
});

function keep<T extends { observer: { once(event: 'close', listener: () => void): unknown } }>(
  all: Set<T>,
  one: T,
): void {
  all.add(one);
  one.observer.once('close', () => all.delete(one));
}

async function counts(): Promise<PacketCounts> {
  const all = [...consumers];
  const clients = all.filter(({ type }) => type !== 'pipe');
  const [into, out, piped] = await Promise.all([
    Promise.all([...producers].map(countOf)),
    Promise.all(clients.map(countOf)),
    Promise.all(all.filter(({ type }) => type === 'pipe').map(countOf)),
  ]);
  const settings: Record<string, number> = {};
  for (const one of [...producers, ...clients]) {
    const text = settingsOf(one);
    settings[text] = (settings[text] ?? 0) + 1;
  }
  const places = [...workers];
  return {
    workers: places.map(({ pid }) => pid),
    routers: [...routers.values()].map(({ worker, transports }) => ({
      worker: places.indexOf(worker),
      transports: transports.size,
    })),
    in: into,
    out,
    piped,
    settings,
  };
}

async function countOf(one: Producer | Consumer): Promise<PacketCount> {
  const isConsumer = 'producerId' in one;
  const stats: readonly { type: string; packetCount: number; timestamp: number }[] = await one.getStats();
  // A consumer tells of its producer as well.
  const own = stats.filter(({ type }) => type === (isConsumer ? 'outbound-rtp' : 'inbound-rtp'));
  return {
    id: one.id,
    packets: own.reduce((sum, { packetCount }) => sum + packetCount, 0),
    at: own[0]?.timestamp ?? 0,
  };
}

function settingsOf(one: Producer | Consumer): string {
  const { codecs, headerExtensions = [], encodings = [] }: RtpParameters = one.rtpParameters;
  return JSON.stringify({
    is: 'producerId' in one ? 'consumer' : 'producer',
    kind: one.kind,
    type: one.type,
    codecs,
    extensions: headerExtensions.map(({ uri, id }) => `${id} ${uri}`),
    encodings: encodings.map(({ rtx, dtx, scalabilityMode }) => ({
      rtx: rtx !== undefined,
      dtx,
      scalabilityMode,
    })),
    ...('preferredLayers' in one && { preferredLayers: one.preferredLayers }),
  });
}

const port = process.env['PACKET_COUNTER_PORT'];
if (port !== undefined) {
  createServer((_, response) => {
    counts().then(
      (told) => response.end(JSON.stringify(told)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  })
    .listen(Number(port), '127.0.0.1')
    .unref();
}
