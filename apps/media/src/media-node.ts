import type { NodeLoad } from '@parley/protocol/fleet-messages';
import { JWKS_PATH } from '@parley/protocol/tokens';
import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import { HealthServer } from '@parley/service/health-server';
import type { SharedConfig } from '@parley/service/read-config';
import { ThrottledLog } from '@parley/service/throttled-log';
import { createRemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { CapacityWatch } from './capacity/capacity-watch.ts';
import type { NodeSettings } from './config/environment.ts';
import { DirectServer } from './direct/direct-server.ts';
import { nodeFleet } from './fleet/node-fleet.ts';
import { HistorySampler } from './history/history-sampler.ts';
import type { AddressPlan } from './network/announced-address.ts';
import { sampleNode } from './node-sample.ts';
import { RoomRegistry } from './rooms/room-registry.ts';
import { NodeMetrics } from './telemetry/metrics.ts';
import { TrafficLedger } from './telemetry/traffic-ledger.ts';
import { forwardWorkerLogs } from './telemetry/worker-logs.ts';
import { TicketVerifier } from './tickets/ticket-verifier.ts';
import { choosePlace, type Placement } from './workers/placement.ts';
import { codecPreference, routerCodecs } from './workers/router-codecs.ts';
import { WorkerPool } from './workers/worker-pool.ts';

/** Everything a node is started from. */
export interface MediaNodeOptions {
  settings: NodeSettings;
  config: SharedConfig;
  /** mediasoup workers; see `workerCount()`. */
  workers: number;
  addresses: AddressPlan;
  logger: Logger;
  /** See {@link MediaWorkerOptions.workerBin}. */
  workerBin?: string;
  socketTuning?: EdgeSocketTuning;
  /** See {@link HostContext.orphanGraceMs}. */
  orphanGraceMs?: number;
  /** See {@link WorkerPoolOptions.sampleMs}. */
  sampleMs?: number;
  /** See {@link CapacityLimits}; by default all of a core, which is what a worker can use. */
  cpuPerWorker?: number;
  /** See {@link HostContext.placement}; by default {@link choosePlace}. */
  placement?: Placement;
}

const MEGABYTE = 1_000_000;
const ORPHAN_GRACE_MS = 60_000;
/** The edge's keys rotate slowly and an unknown `kid` is looked up at once, so this is for keys that were withdrawn, ms. */
const KEY_REFRESH_MS = 10 * 60_000;

/** The media node: workers, rooms, and the sockets that tie them to the edge. */
export class MediaNode {
  readonly rooms: RoomRegistry;
  readonly ledger: TrafficLedger;
  readonly #pool: WorkerPool;
  readonly #fleet: ReturnType<typeof nodeFleet>;
  readonly #health: HealthServer;
  readonly #direct: DirectServer | undefined;
  readonly #keyRefresh: NodeJS.Timeout;
  readonly #sweeping: NodeJS.Timeout;
  readonly #history: HistorySampler;
  readonly #running: Promise<void>;

  private constructor(parts: {
    rooms: RoomRegistry;
    ledger: TrafficLedger;
    pool: WorkerPool;
    fleet: ReturnType<typeof nodeFleet>;
    health: HealthServer;
    direct: DirectServer | undefined;
    history: HistorySampler;
    refreshKeys: () => void;
    sweepMs: number;
  }) {
    this.rooms = parts.rooms;
    this.ledger = parts.ledger;
    this.#pool = parts.pool;
    this.#fleet = parts.fleet;
    this.#health = parts.health;
    this.#direct = parts.direct;
    this.#history = parts.history;
    this.#keyRefresh = setInterval(parts.refreshKeys, KEY_REFRESH_MS);
    this.#sweeping = setInterval(() => parts.rooms.sweep(), parts.sweepMs);
    parts.refreshKeys();
    this.#running = parts.fleet.run();
  }

  /** Starts workers and sockets. @throws when a worker does not start or a port is taken */
  static async start(options: MediaNodeOptions): Promise<MediaNode> {
    const { settings, config, addresses, logger, socketTuning } = options;
    const events = new ThrottledLog(logger);
    forwardWorkerLogs(logger, events);
    const { performance: limits } = config.webrtc;
    const pool = await WorkerPool.start({
      workers: options.workers,
      firstPort: settings.rtcPort,
      listen: addresses.listen,
      codecs: routerCodecs(config.media),
      logger,
      ...(options.sampleMs !== undefined && { sampleMs: options.sampleMs }),
      ...(options.workerBin !== undefined && { workerBin: options.workerBin }),
    });
    const incarnation = crypto.randomUUID();
    const ledger = new TrafficLedger();
    const metrics: NodeMetrics = new NodeMetrics(() =>
      sampleNode({ rooms, ledger, pool, fleet, direct, capacity }),
    );
    const keys = createRemoteJWKSet(new URL(`${settings.edgeUrl}${JWKS_PATH}`), {
      cooldownDuration: 5_000,
      // Refreshed below; a node that the edge is out of reach of keeps what it has.
      cacheMaxAge: Number.POSITIVE_INFINITY,
    });
    const rooms = new RoomRegistry({
      edgeUrl: settings.edgeUrl,
      incarnation,
      publicUrl: settings.publicUrl,
      pool,
      placement: options.placement ?? choosePlace,
      capture: settings.capture,
      verifier: new TicketVerifier(settings.nodeId, keys),
      settings: {
        maxBitrate: config.webrtc.webrtc.max_bitrate,
        minBitrate: config.webrtc.webrtc.min_bitrate,
        maxReceiveBitrate: config.webrtc.webrtc.max_receive_bitrate,
        startBitrate: config.webrtc.webrtc.start_bitrate,
        publishStartBitrate: config.webrtc.webrtc.publish_start_bitrate,
        layers: Object.values(config.media.video.layers),
        repair: { nack: config.webrtc.webrtc.nack, rtx: config.webrtc.webrtc.rtx },
        send: {
          codecPreference: codecPreference(config.media),
          codecOptions: {
            opusDtx: config.webrtc.webrtc.dtx,
            opusFec: config.webrtc.webrtc.fec,
            opusNack: config.webrtc.webrtc.nack,
            ...(config.media.audio.opus.stereo && { opusStereo: true }),
          },
        },
      },
      ledger,
      metrics,
      logger,
      events,
      orphanGraceMs: options.orphanGraceMs ?? ORPHAN_GRACE_MS,
      ...(socketTuning && { socketTuning }),
    });
    const capacity = new CapacityWatch({
      limits: {
        cpuPerRoom: limits.max_cpu_per_room / 100,
        cpuPerWorker: options.cpuPerWorker ?? 1,
        memoryPerRoom: limits.max_memory_per_room * MEGABYTE,
        memoryTotal: limits.max_memory_total * MEGABYTE,
      },
      rooms: () =>
        rooms.rooms.flatMap(({ roomId, media }) => (media === undefined ? [] : [{ roomId, media }])),
      memory: () => process.memoryUsage.rss() + pool.memory,
      events,
    });
    pool.onSampled(() => {
      capacity.look().catch((error: unknown) => {
        logger.error({ event: 'capacity-look-failed', err: error }, 'the rooms’ load was not measured');
      });
    });
    const fleet = nodeFleet({
      edgeUrl: settings.edgeUrl,
      nodeId: settings.nodeId,
      region: settings.region,
      enrolmentSecret: settings.enrolmentSecret,
      incarnation,
      logger,
      load: (): NodeLoad => {
        const { figures } = metrics;
        return {
          rooms: rooms.rooms.length,
          participants: rooms.participants,
          cpu: pool.cpu,
          ...(capacity.full && { full: true as const }),
          ...(figures && { figures }),
        };
      },
      onAssign: (assignment) => rooms.assign(assignment),
      ...(socketTuning && { socketTuning }),
    });
    let direct: DirectServer | undefined;
    const obstacles = () => [
      ...(pool.running === 0 ? ['no media worker runs'] : []),
      ...(fleet.registered ? [] : [`not registered with the fleet: ${fleet.obstacle}`]),
    ];
    try {
      if (settings.publicUrl !== undefined) {
        direct = await DirectServer.listen({
          host: settings.clientHost,
          port: settings.clientPort,
          admit: (ticket, carrier) => rooms.admit(ticket, carrier),
        });
      }
      const health = await HealthServer.listen(settings.metricsHost, settings.metricsPort, {
        metrics,
        obstacles,
        logger,
      });
      const sweepMs = limits.garbage_collection_interval * 1000;
      const refreshKeys = () => {
        keys.reload().catch((error: unknown) => {
          logger.warn(
            { event: 'keys-unread', error: String(error) },
            'the edge’s ticket keys cannot be read now',
          );
        });
      };
      const history = new HistorySampler({
        rooms: () => rooms.rooms.flatMap(({ media }) => media ?? []),
        onError: (error) =>
          logger.error({ event: 'history-failed', err: error }, 'a room’s media was not measured'),
      });
      return new MediaNode({ rooms, ledger, pool, fleet, health, direct, history, refreshKeys, sweepMs });
    } catch (error) {
      direct?.close();
      pool.close();
      throw error;
    }
  }

  /** Where `/metrics`, `/livez` and `/readyz` are. */
  get metricsPort(): number {
    return this.#health.port;
  }

  /** Where clients come to their sessions by themselves, if they can. */
  get direct(): DirectServer | undefined {
    return this.#direct;
  }

  /** Whether the fleet knows this node now. */
  get registered(): boolean {
    return this.#fleet.registered;
  }

  /** Leaves the fleet and ends everything: clients' sockets, rooms with their links, then workers. */
  async close(): Promise<void> {
    clearInterval(this.#keyRefresh);
    clearInterval(this.#sweeping);
    this.#history.close();
    this.#fleet.close();
    // Before their sessions, of whose end they would be told as if there were another.
    this.#direct?.close();
    // While there are workers, which know how the sessions were.
    await this.rooms.close();
    this.#pool.close();
    this.#health.close();
    await this.#running;
  }
}
