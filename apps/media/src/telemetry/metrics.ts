import type { ErrorCode } from '@parley/protocol/errors';
import type { NodeFigures } from '@parley/protocol/fleet-messages';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SessionTimings } from '../sessions/session-context.ts';
import type { WorkerLoad } from '../workers/media-worker.ts';
import { DataMetrics } from './data-metrics.ts';
import type { MediaCounts } from './media-census.ts';
import { type NodeGauge, nodeGauges } from './node-gauges.ts';
import { NO_TRAFFIC, type Traffic } from './traffic-ledger.ts';

/** What is measured when somebody asks for metrics. */
export interface NodeSample extends MediaCounts {
  rooms: number;
  participants: number;
  videoTracks: number;
  audioTracks: number;
  /** Share of packets lost on the way here in the last report interval, 0–1, mean over tracks. */
  packetLossRate: number;
  /** Mean over tracks. */
  jitterMs: number;
  traffic: Traffic;
  /** Tracks on their way to another worker, once for each. */
  pipes: number;
  /** Rooms whose media goes to a recorder. */
  captures: number;
  /** Tracks on their way to recorders. */
  capturedTracks: number;
  subscriptions: number;
  /** Video on its way to subscribers, by what they get of it. */
  videoLayers: Record<VideoLayer, number>;
  workersRunning: number;
  /** Resident memory of the node's own process. */
  memoryBytes: number;
  /** Those that run, by their number. */
  workers: { index: number; load: WorkerLoad }[];
  linksUp: number;
  directConnections: number;
  fleetRegistered: boolean;
  /** Whether the node takes no new rooms. */
  full: boolean;
  /** Rooms that have lost something to their load, by what they lost last. */
  shed: Readonly<Record<string, number>>;
}

/** The spatial layer of a simulcast track that a subscriber gets now; `none` of it, or the only one that there is. */
export const VIDEO_LAYERS = ['0', '1', '2', 'none', 'single'] as const;
export type VideoLayer = (typeof VIDEO_LAYERS)[number];

/** Names that prom-client gives to gauges against Prometheus's conventions; `nodejs_active_resources` has the same by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** From a negotiation on loopback to a client that takes its time, seconds. */
const NEGOTIATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const JOIN_BUCKETS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30];

/** Samples are at least this far apart, however often somebody asks, ms. */
const SAMPLE_MS = 2000;
/** The edge is told figures that are not much older than this, ms. */
const FIGURES_MS = 15_000;

/** The node's Prometheus metrics. Those that begin with `webrtc_` keep the names that dashboards know. */
export class NodeMetrics implements SessionTimings {
  readonly data: DataMetrics;
  readonly #registry = new Registry();
  readonly #sample: () => Promise<NodeSample>;
  readonly #gauges: readonly NodeGauge[];
  readonly #shed: Gauge<'step'>;
  readonly #bytes: Counter<'direction'>;
  readonly #rtpBytes: Counter<'direction'>;
  readonly #joins: Histogram;
  readonly #negotiations: Histogram<'offerer'>;
  readonly #layers: Gauge<'spatial_layer'>;
  readonly #workerCpu: Gauge<'worker'>;
  readonly #workerMemory: Gauge<'worker'>;
  readonly #candidates: Counter;
  readonly #sessions: Counter;
  readonly #refused: Counter<'code'>;
  readonly #linkMessages: Counter<'direction'>;
  #carried: Traffic = NO_TRAFFIC;
  #latest: NodeSample | undefined;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampling: Promise<void> | undefined;

  constructor(sample: () => Promise<NodeSample>) {
    this.#sample = sample;
    this.data = new DataMetrics(this.#registry);
    const registers = [this.#registry];
    this.#gauges = nodeGauges(registers);
    this.#shed = new Gauge({
      name: 'parley_rooms_shed',
      help: 'Rooms that have lost something to their load, by the last thing they lost.',
      labelNames: ['step'],
      registers,
    });
    this.#bytes = new Counter({
      name: 'webrtc_bandwidth_usage_bytes',
      help: 'Bytes that clients’ transports have carried, closed ones included.',
      labelNames: ['direction'],
      registers,
    });
    this.#rtpBytes = new Counter({
      name: 'parley_rtp_bytes_total',
      help: 'RTP that clients’ transports have carried, retransmissions and probes left out, closed ones included.',
      labelNames: ['direction'],
      registers,
    });
    this.#joins = new Histogram({
      name: 'parley_join_seconds',
      help: 'From the opening of a session on this node to its first transport that is connected by ICE and DTLS.',
      buckets: JOIN_BUCKETS,
      registers,
    });
    this.#negotiations = new Histogram({
      name: 'parley_negotiation_seconds',
      help: 'From a client’s offer to the answer sent, and from the server’s offer to the answer applied.',
      labelNames: ['offerer'],
      buckets: NEGOTIATION_BUCKETS,
      registers,
    });
    for (const offerer of ['client', 'server'] as const) this.#negotiations.zero({ offerer });
    this.#layers = new Gauge({
      name: 'parley_video_subscriptions',
      help: 'Video on its way to subscribers, by the spatial layer they get now.',
      labelNames: ['spatial_layer'],
      registers,
    });
    this.#workerCpu = new Gauge({
      name: 'parley_worker_cpu_ratio',
      help: 'Share of one core that a media worker used over the last seconds, 0 to 1.',
      labelNames: ['worker'],
      registers,
    });
    this.#workerMemory = new Gauge({
      name: 'parley_worker_resident_memory_bytes',
      help: 'Resident memory of a media worker.',
      labelNames: ['worker'],
      registers,
    });
    this.#candidates = new Counter({
      name: 'parley_ice_candidates_total',
      help: 'Trickled candidates received from clients; none is needed.',
      registers,
    });
    this.#sessions = new Counter({
      name: 'parley_sessions_opened_total',
      help: 'Media sessions opened.',
      registers,
    });
    this.#refused = new Counter({
      name: 'parley_sessions_refused_total',
      help: 'Media sessions not opened, by error code.',
      labelNames: ['code'],
      registers,
    });
    this.#linkMessages = new Counter({
      name: 'parley_link_messages_total',
      help: 'Messages between this node and Room objects, keep-alive left out.',
      labelNames: ['direction'],
      registers,
    });
    for (const direction of ['in', 'out'] as const) this.#linkMessages.inc({ direction }, 0);
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A client trickled a candidate. */
  candidate(): void {
    this.#candidates.inc();
  }

  /** A message came from a Room object or went to one. */
  linkMessage(direction: 'in' | 'out'): void {
    this.#linkMessages.inc({ direction });
  }

  joined(seconds: number): void {
    this.#joins.observe(seconds);
  }

  negotiated(offerer: 'client' | 'server', seconds: number): void {
    this.#negotiations.observe({ offerer }, seconds);
  }

  sessionOpened(): void {
    this.#sessions.inc();
  }

  sessionRefused(code: ErrorCode): void {
    this.#refused.inc({ code });
  }

  /** The page that Prometheus reads. */
  async page(): Promise<string> {
    await this.#freshen(SAMPLE_MS);
    return await this.#registry.metrics();
  }

  /** What the edge is told: what was measured last. Where nobody else asks, this has it measured now and then. */
  get figures(): NodeFigures | undefined {
    // The next heartbeat brings what comes of it; one that fails is taken again.
    this.#freshen(FIGURES_MS).catch(() => undefined);
    return this.#latest && figuresOf(this.#latest);
  }

  async #freshen(maxAgeMs: number): Promise<void> {
    if (performance.now() - this.#sampledAt <= maxAgeMs) return;
    this.#sampling ??= this.#take().finally(() => {
      this.#sampling = undefined;
    });
    await this.#sampling;
  }

  async #take(): Promise<void> {
    const sample = await this.#sample();
    this.#latest = sample;
    this.#sampledAt = performance.now();
    for (const { gauge, read } of this.#gauges) gauge.set(read(sample));
    for (const [step, rooms] of Object.entries(sample.shed)) this.#shed.set({ step }, rooms);
    for (const direction of ['received', 'sent'] as const) {
      this.#bytes.inc({ direction }, Math.max(0, sample.traffic[direction] - this.#carried[direction]));
    }
    this.#rtpBytes.inc(
      { direction: 'received' },
      Math.max(0, sample.traffic.rtpReceived - this.#carried.rtpReceived),
    );
    this.#rtpBytes.inc({ direction: 'sent' }, Math.max(0, sample.traffic.rtpSent - this.#carried.rtpSent));
    for (const layer of VIDEO_LAYERS) this.#layers.set({ spatial_layer: layer }, sample.videoLayers[layer]);
    // One that is being replaced has no figures.
    this.#workerCpu.reset();
    this.#workerMemory.reset();
    for (const { index, load } of sample.workers) {
      this.#workerCpu.set({ worker: String(index) }, load.cpu);
      this.#workerMemory.set({ worker: String(index) }, load.memoryBytes);
    }
    this.#carried = sample.traffic;
  }
}

function figuresOf(sample: NodeSample): NodeFigures {
  const { videoTracks, audioTracks, traffic, packetLossRate, jitterMs, workersRunning, workers } = sample;
  return {
    videoTracks,
    audioTracks,
    bytesReceived: traffic.received,
    bytesSent: traffic.sent,
    packetLossRate,
    jitterMs,
    workers: workersRunning,
    memoryBytes: workers.reduce((sum, { load }) => sum + load.memoryBytes, sample.memoryBytes),
  };
}
