import type { RecorderLoad } from '@parley/protocol/recording/recorder-api';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { CaptureStats } from '../capture/capture-types.ts';

/** What is measured when somebody asks for metrics. */
export interface RecorderSample {
  load: RecorderLoad;
  registered: boolean;
  linksUp: number;
  uploadsWaiting: number;
  /** Turns at recordings whose uploads or reports are not done. */
  epochsOpen: number;
  captures: CaptureStats[];
}

/** Counts of captures, of which the sum of those that are closed is kept. */
const CAPTURED = ['packets', 'bytes', 'lost', 'recovered', 'dropped', 'keyFramesAsked'] as const;
type Captured = Record<(typeof CAPTURED)[number], number>;

/** What attempts to finish or delete a recording come to. */
const OUTCOMES = ['finished', 'deleted', 'failed'] as const;

/** Names that prom-client gives to gauges against Prometheus's conventions; `nodejs_active_resources` has the same by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The recorder's Prometheus metrics. */
export class RecorderMetrics {
  readonly #registry = new Registry();
  readonly #sample: () => RecorderSample;
  readonly #gauges: { gauge: Gauge; read: (sample: RecorderSample) => number }[];
  readonly #captured: Record<keyof Captured, Counter>;
  readonly #segments: Counter;
  readonly #segmentBytes: Counter;
  readonly #uploads: Counter;
  readonly #uploadBytes: Counter;
  readonly #retries: Counter;
  readonly #jobs: Counter<'outcome'>;
  readonly #closed: Captured = { packets: 0, bytes: 0, lost: 0, recovered: 0, dropped: 0, keyFramesAsked: 0 };
  #shown: Captured = { ...this.#closed };

  constructor(sample: () => RecorderSample) {
    this.#sample = sample;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    const gauge = (name: string, help: string, read: (sample: RecorderSample) => number) => ({
      gauge: new Gauge({ name: `parley_recorder_${name}`, help, registers }),
      read,
    });
    const counter = (name: string, help: string) =>
      new Counter({ name: `parley_recorder_${name}_total`, help, registers });
    this.#gauges = [
      gauge('recordings', 'Rooms that are recorded here', ({ load }) => load.recordings),
      gauge('tracks', 'Tracks that are recorded here', ({ load }) => load.tracks),
      gauge('links_up', 'Links to rooms that are up', ({ linksUp }) => linksUp),
      gauge(
        'finishing',
        'Jobs that finish or delete, those that wait included',
        ({ load }) => load.finishing,
      ),
      gauge('cpu_ratio', 'Share of one core that the process uses', ({ load }) => load.cpu),
      gauge('disk_free_bytes', 'Free for recordings', ({ load }) => load.freeBytes),
      gauge('full', 'Whether no more recordings are taken', ({ load }) => (load.full === true ? 1 : 0)),
      gauge('upload_queue', 'Files that are not in the bucket yet', ({ uploadsWaiting }) => uploadsWaiting),
      gauge('epochs_open', 'Turns that are not told wholly', ({ epochsOpen }) => epochsOpen),
      gauge('fleet_registered', 'Whether the fleet knows this recorder', ({ registered }) =>
        Number(registered),
      ),
    ];
    this.#captured = {
      packets: counter('packets', 'RTP packets taken'),
      bytes: counter('received_bytes', 'Bytes of RTP taken'),
      lost: counter('packets_lost', 'RTP packets that never came'),
      recovered: counter('packets_recovered', 'RTP packets that came when asked for again'),
      dropped: counter('frames_dropped', 'Frames dropped because the disk was slow'),
      keyFramesAsked: counter('key_frames_asked', 'Key frames asked for'),
    };
    this.#segments = counter('segments', 'Segments closed');
    this.#segmentBytes = counter('segment_bytes', 'Bytes of closed segments');
    this.#uploads = counter('uploads', 'Files brought to the bucket');
    this.#uploadBytes = counter('upload_bytes', 'Bytes brought to the bucket');
    this.#retries = counter('upload_retries', 'Uploads that failed and were tried again');
    this.#jobs = new Counter({
      name: 'parley_recorder_jobs_total',
      help: 'Attempts to finish or delete a recording, by what they came to',
      labelNames: ['outcome'],
      registers,
    });
    // The first failure would be no increase of what was not there.
    for (const outcome of OUTCOMES) this.#jobs.inc({ outcome }, 0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  segment(bytes: number): void {
    this.#segments.inc();
    this.#segmentBytes.inc(bytes);
  }

  uploaded(bytes: number): void {
    this.#uploads.inc();
    this.#uploadBytes.inc(bytes);
  }

  retried(): void {
    this.#retries.inc();
  }

  /** An attempt to finish or delete a recording has ended. */
  jobEnded(outcome: (typeof OUTCOMES)[number]): void {
    this.#jobs.inc({ outcome });
  }

  /** A capture has ended: its counts stay. */
  captureEnded(stats: CaptureStats): void {
    for (const name of CAPTURED) this.#closed[name] += stats[name];
  }

  /** The page that Prometheus reads. */
  async page(): Promise<string> {
    const sample = this.#sample();
    for (const { gauge, read } of this.#gauges) gauge.set(read(sample));
    const all = { ...this.#closed };
    for (const stats of sample.captures) for (const name of CAPTURED) all[name] += stats[name];
    for (const name of CAPTURED) this.#captured[name].inc(Math.max(0, all[name] - this.#shown[name]));
    this.#shown = all;
    return await this.#registry.metrics();
  }
}
