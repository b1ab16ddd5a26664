import type { ErrorCode } from '@parley/protocol/errors';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Traffic } from './traffic-ledger.ts';

/** What is measured when somebody asks for metrics. */
export interface NodeSample {
  rooms: number;
  participants: number;
  videoTracks: number;
  audioTracks: number;
  /** Share of packets lost on the way here in the last report interval, 0–1, mean over tracks. */
  packetLossRate: number;
  /** Mean over tracks. */
  jitterMs: number;
  traffic: Traffic;
  routers: number;
  transports: number;
  producers: number;
  consumers: number;
  subscriptions: number;
  workersRunning: number;
  linksUp: number;
  directConnections: number;
  fleetRegistered: boolean;
}

/** Samples are at least this far apart, however often somebody asks, ms. */
const SAMPLE_MS = 2000;

/** The node's Prometheus metrics. Those that begin with `webrtc_` keep the names that dashboards know. */
export class NodeMetrics {
  readonly #registry = new Registry();
  readonly #sample: () => Promise<NodeSample>;
  readonly #gauges: { gauge: Gauge; read: (sample: NodeSample) => number }[];
  readonly #bytes: Counter<'direction'>;
  readonly #candidates: Counter;
  readonly #sessions: Counter;
  readonly #refused: Counter<'code'>;
  readonly #linkMessages: Counter<'direction'>;
  #carried: Traffic = { received: 0, sent: 0 };
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampling: Promise<void> | undefined;

  constructor(sample: () => Promise<NodeSample>) {
    this.#sample = sample;
    const registers = [this.#registry];
    const gauge = (name: string, help: string, read: (sample: NodeSample) => number) => ({
      gauge: new Gauge({ name, help, registers }),
      read,
    });
    this.#gauges = [
      gauge('webrtc_rooms_total', 'Rooms on this node.', ({ rooms }) => rooms),
      gauge(
        'webrtc_participants_total',
        'Participants with a media session on this node.',
        (s) => s.participants,
      ),
      gauge('webrtc_video_tracks_total', 'Video tracks published on this node.', (s) => s.videoTracks),
      gauge('webrtc_audio_tracks_total', 'Audio tracks published on this node.', (s) => s.audioTracks),
      gauge(
        'webrtc_packet_loss_rate',
        'Share of packets lost from publishers to this node in the last interval, 0 to 1, mean over tracks.',
        (s) => s.packetLossRate,
      ),
      gauge(
        'webrtc_jitter_ms',
        'Jitter of what publishers send to this node, milliseconds, mean over tracks.',
        (s) => s.jitterMs,
      ),
      gauge('parley_routers', 'Routers open on the media workers, one a room with media.', (s) => s.routers),
      gauge('parley_transports', 'Transports open on the media workers.', (s) => s.transports),
      gauge('parley_producers', 'Producers open on the media workers, one a track.', (s) => s.producers),
      gauge(
        'parley_consumers',
        'Consumers open on the media workers, one a track and subscriber.',
        (s) => s.consumers,
      ),
      gauge('parley_subscriptions', 'Tracks on their way to subscribers.', (s) => s.subscriptions),
      gauge('parley_workers', 'Media workers that run.', (s) => s.workersRunning),
      gauge('parley_room_links', 'Links to Room objects that are up.', (s) => s.linksUp),
      gauge(
        'parley_direct_connections',
        'Sockets of clients that are open to their session.',
        (s) => s.directConnections,
      ),
      gauge('parley_fleet_registered', 'Whether the fleet knows this node, 0 or 1.', (s) =>
        Number(s.fleetRegistered),
      ),
    ];
    this.#bytes = new Counter({
      name: 'webrtc_bandwidth_usage_bytes',
      help: 'Bytes that clients’ transports have carried, closed ones included.',
      labelNames: ['direction'],
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

  sessionOpened(): void {
    this.#sessions.inc();
  }

  sessionRefused(code: ErrorCode): void {
    this.#refused.inc({ code });
  }

  /** The page that Prometheus reads. */
  async page(): Promise<string> {
    if (performance.now() - this.#sampledAt > SAMPLE_MS) {
      this.#sampling ??= this.#take().finally(() => {
        this.#sampling = undefined;
      });
      await this.#sampling;
    }
    return await this.#registry.metrics();
  }

  async #take(): Promise<void> {
    const sample = await this.#sample();
    this.#sampledAt = performance.now();
    for (const { gauge, read } of this.#gauges) gauge.set(read(sample));
    for (const direction of ['received', 'sent'] as const) {
      this.#bytes.inc({ direction }, Math.max(0, sample.traffic[direction] - this.#carried[direction]));
    }
    this.#carried = sample.traffic;
  }
}
