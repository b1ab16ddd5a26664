import { createWorker, workerBin as defaultWorkerBin } from 'mediasoup';
import type {
  Router,
  RouterRtpCodecCapability,
  TransportListenInfo,
  WebRtcServer,
  Worker,
  WorkerResourceUsage,
} from 'mediasoup/types';
import type { ListenAddress } from '../network/announced-address.ts';
import { MediaCensus } from '../telemetry/media-census.ts';
import type { WorkerStanding } from './placement.ts';
import { residentMemory } from './resident-memory.ts';

/** What a worker is started with. */
export interface MediaWorkerOptions {
  /** UDP and TCP. */
  port: number;
  listen: readonly ListenAddress[];
  codecs: RouterRtpCodecCapability[];
  /** The worker binary; by default what `MEDIASOUP_WORKER_BIN` names, else mediasoup's own. */
  workerBin?: string;
}

/** What a worker takes of the machine. */
export interface WorkerLoad {
  /** Share of one core over the last interval between samples, 0–1. */
  cpu: number;
  /** Resident memory now, bytes; the most so far where the system does not tell. */
  memoryBytes: number;
}

/** A router and the server whose port its transports use. */
export interface RoomRouter {
  router: Router;
  webRtcServer: WebRtcServer;
  /** What carries it. */
  worker: MediaWorker;
}

/** One mediasoup worker process with its WebRtcServer: one UDP and one TCP port for all its rooms. */
export class MediaWorker {
  readonly worker: Worker;
  /** What is open on it. */
  readonly census: MediaCensus;
  readonly #webRtcServer: WebRtcServer;
  readonly #codecs: RouterRtpCodecCapability[];
  #routers = 0;
  /** What came since the last sample, and between that and the one before, in which it may not have begun to work. */
  #since = NOTHING_CAME;
  #before = NOTHING_CAME;
  #sample: CpuSample;
  #load: WorkerLoad;
  readonly #emptyMemory: number;

  private constructor(
    worker: Worker,
    webRtcServer: WebRtcServer,
    codecs: RouterRtpCodecCapability[],
    memory: number,
    cpu: CpuSample,
  ) {
    this.#emptyMemory = memory;
    this.#sample = cpu;
    this.#load = { cpu: 0, memoryBytes: memory };
    this.worker = worker;
    this.census = new MediaCensus(worker);
    this.#webRtcServer = webRtcServer;
    this.#codecs = codecs;
  }

  /** @throws when the worker binary does not run or the port is taken */
  static async start(options: MediaWorkerOptions): Promise<MediaWorker> {
    const worker = await startWorker(options.workerBin);
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenInfos(options) });
      const usage = await worker.getResourceUsage();
      const memory = (await residentMemory(worker.pid)) ?? peakOf(usage);
      // What starting took is not what it uses for rooms.
      return new MediaWorker(worker, webRtcServer, options.codecs, memory, cpuOf(usage));
    } catch (cause) {
      worker.close();
      const places = options.listen.map(({ ip }) => ip).join(', ');
      throw new Error(
        `a media worker cannot listen on port ${options.port}, UDP and TCP, of ${places}: another program may use ` +
          'it, or an address is gone. Set PARLEY_RTC_PORT or PARLEY_LISTEN_IPS.',
        { cause },
      );
    }
  }

  /** How it stands when something is to be placed. */
  get standing(): WorkerStanding {
    const routers = this.#since.routers + this.#before.routers;
    const consumers = this.#since.consumers + this.#before.consumers;
    const lately = { routers, consumers };
    return { cpu: this.cpu, lately, routers: this.#routers, consumers: this.census.counts.consumers };
  }

  /** As it was sampled last. */
  get load(): WorkerLoad {
    return this.#load;
  }

  /** Share of one core over the last interval between samples, 0–1. */
  get cpu(): number {
    return this.#load.cpu;
  }

  /** Resident bytes above what it had before it carried anything. */
  get memoryInUse(): number {
    return Math.max(0, this.#load.memoryBytes - this.#emptyMemory);
  }

  /** So many consumers more are to be expected on it. */
  expect(consumers: number): void {
    this.#since = { ...this.#since, consumers: this.#since.consumers + consumers };
  }

  async createRouter(): Promise<RoomRouter> {
    // Counted before it exists, so that rooms that come at once spread.
    this.#routers += 1;
    this.#since = { ...this.#since, routers: this.#since.routers + 1 };
    try {
      const router = await this.worker.createRouter({ mediaCodecs: this.#codecs });
      router.observer.once('close', () => {
        this.#routers -= 1;
      });
      return { router, webRtcServer: this.#webRtcServer, worker: this };
    } catch (error) {
      this.#routers -= 1;
      throw error;
    }
  }

  /** Measures {@link load}. */
  async sample(): Promise<void> {
    const [usage, resident] = await Promise.all([
      this.worker.getResourceUsage(),
      residentMemory(this.worker.pid),
    ]);
    const now = cpuOf(usage);
    const elapsed = now.at - this.#sample.at;
    const { cpu } = this.#load;
    this.#load = {
      cpu: elapsed > 0 ? Math.min(1, Math.max(0, (now.cpuMs - this.#sample.cpuMs) / elapsed)) : cpu,
      memoryBytes: resident ?? peakOf(usage),
    };
    this.#sample = now;
    this.#before = this.#since;
    this.#since = NOTHING_CAME;
  }
}

const NOTHING_CAME: WorkerStanding['lately'] = { routers: 0, consumers: 0 };

/** CPU time that a worker has used until a moment, both in ms. */
interface CpuSample {
  at: number;
  cpuMs: number;
}

/** To be called as soon as the worker has told. */
function cpuOf({ ru_utime, ru_stime }: WorkerResourceUsage): CpuSample {
  return { at: performance.now(), cpuMs: ru_utime + ru_stime };
}

/** getrusage(2): kilobytes on Linux. */
function peakOf({ ru_maxrss }: WorkerResourceUsage): number {
  return ru_maxrss * 1024;
}

async function startWorker(workerBin = defaultWorkerBin): Promise<Worker> {
  try {
    return await createWorker({ logLevel: 'warn', workerBin });
  } catch (cause) {
    throw new Error(
      `the media worker ${workerBin} does not run: set MEDIASOUP_WORKER_BIN to one that does; "pnpm worker" gets one and prints its path`,
      { cause },
    );
  }
}

/**
 * One socket takes the packets of every client of a worker; with the system's 208 KiB, a burst while the worker is busy
 * is lost (seen: 1 to 3% of the packets of 600 clients). The kernel grants what net.core.rmem_max and wmem_max allow.
 */
const UDP_BUFFER_BYTES = 4 * 1024 * 1024;

/** UDP before TCP on each address: the order is the candidates' priority. */
function listenInfos({ port, listen }: MediaWorkerOptions): TransportListenInfo[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    listen.map(({ ip, announcedAddress }) => ({
      protocol,
      ip,
      port,
      ...(protocol === 'udp' && { recvBufferSize: UDP_BUFFER_BYTES, sendBufferSize: UDP_BUFFER_BYTES }),
      ...(announcedAddress !== undefined && { announcedAddress }),
      // "::" would take IPv4's port as well, and "0.0.0.0" beside it could not be opened.
      ...(ip.includes(':') && { flags: { ipv6Only: true } }),
    })),
  );
}
