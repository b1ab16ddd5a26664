import { resolve } from 'node:path';
import type { RecorderAbilities, RecorderLoad } from '@parley/protocol/recording/recorder-api';
import { JWKS_PATH } from '@parley/protocol/tokens';
import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import type { FleetClient } from '@parley/service/fleet-client';
import { HealthServer } from '@parley/service/health-server';
import type { SharedConfig } from '@parley/service/read-config';
import { ThrottledLog } from '@parley/service/throttled-log';
import { createRemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { isLoopback, type RecorderSettings } from './config/environment.ts';
import { EdgeApi } from './edge/edge-api.ts';
import { FileServer } from './files/file-server.ts';
import { bucketStorage, diskStorage } from './jobs/finish-storage.ts';
import { Jobs } from './jobs/jobs.ts';
import { OtherDisks } from './jobs/other-disks.ts';
import { type FleetOrder, recorderFleet } from './recordings/recorder-fleet.ts';
import type { OpenCapture } from './recordings/recording.ts';
import { Recordings } from './recordings/recordings.ts';
import { Bucket, bucketTrouble } from './storage/bucket.ts';
import { DiskWatch } from './storage/disk.ts';
import { lockFolder } from './storage/folder-lock.ts';
import { makeFolder, recordingFolder, removeOldWork, workFolder } from './storage/folders.ts';
import { REPORT_MS } from './storage/reports.ts';
import { Uploader } from './storage/uploader.ts';
import { CpuMeter } from './telemetry/cpu-meter.ts';
import { RecorderMetrics } from './telemetry/recorder-metrics.ts';

/** Everything a recorder is started from. */
export interface RecorderOptions {
  settings: RecorderSettings;
  config: SharedConfig;
  logger: Logger;
  openCapture: OpenCapture;
  socketTuning?: EdgeSocketTuning;
  /** Between heartbeats, ms; by default what the edge expects. */
  heartbeatMs?: number;
  /** See {@link StoreContext.reportMs}. */
  reportMs?: number;
}

const MEGABYTE = 1_000_000;
/** Finishing is tried again for a week, ms. */
const OLD_WORK_MS = 8 * 24 * 60 * 60_000;

/** What a recorder owns beside its recordings. */
interface Parts {
  disk: DiskWatch;
  bucket: Bucket | undefined;
  fleet: FleetClient<FleetOrder>;
  jobs: Jobs;
  files: FileServer | undefined;
  health: HealthServer;
  /** Lets go of the folder. */
  unlock(): void;
  running: Promise<void>;
}

/** The recorder: a place in the fleet, the recordings it has its turn at, jobs, and files for viewers. */
export class Recorder {
  readonly recordings: Recordings;
  readonly #parts: Parts;

  private constructor(recordings: Recordings, parts: Parts) {
    this.recordings = recordings;
    this.#parts = parts;
  }

  /** @throws when the folder of recordings is not there and cannot be made, or is another recorder's, or a port is taken */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const { settings, config, logger, openCapture, socketTuning, heartbeatMs } = options;
    const { recording } = config.webrtc;
    const events = new ThrottledLog(logger);
    const incarnation = crypto.randomUUID();
    const root = await openRoot(recording.path);
    const unlock = lockFolder(root);
    const minFreeBytes = recording.min_free_disk * MEGABYTE;
    const disk = await DiskWatch.open(root, minFreeBytes, {
      onLevel: (level) => recordings.diskChanged(level),
      onScarce: () => recordings.spare(),
    });
    const bucket = recording.s3_upload ? new Bucket(recording) : undefined;
    const abilities: RecorderAbilities = {
      ...settings.roles,
      storage: bucket === undefined ? 'disk' : 'bucket',
      ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }),
    };
    const cpu = new CpuMeter();
    const load = (): RecorderLoad => ({
      recordings: recordings.count,
      tracks: recordings.tracks,
      finishing: jobs.count,
      cpu: cpu.read(),
      freeBytes: disk.free,
      ...(disk.level !== 'enough' && { full: true as const }),
    });
    const fleet: FleetClient<FleetOrder> = recorderFleet({
      edgeUrl: settings.edgeUrl,
      nodeId: settings.nodeId,
      region: settings.region,
      enrolmentSecret: settings.enrolmentSecret,
      incarnation,
      abilities,
      logger,
      load,
      onMessage: (order) => obey(order, recordings, jobs),
      ...(socketTuning && { socketTuning }),
      ...(heartbeatMs !== undefined && { heartbeatMs }),
    });
    const metrics: RecorderMetrics = new RecorderMetrics(() => ({
      load: load(),
      registered: fleet.registered,
      linksUp: recordings.linksUp,
      uploadsWaiting: uploader?.waiting ?? 0,
      epochsOpen: recordings.open,
      captures: recordings.captures,
    }));
    const uploader = bucket && new Uploader({ bucket, settings: recording, events, meter: metrics });
    const edge = new EdgeApi(settings.edgeUrl, fleet);
    const { reportMs = REPORT_MS } = options;
    const recordings = new Recordings({
      edgeUrl: settings.edgeUrl,
      incarnation,
      store: { root, uploader, edge, disk, events, reportMs, onSegment: (bytes) => metrics.segment(bytes) },
      preflight: {
        root,
        minFreeBytes,
        nodeId: settings.nodeId,
        bucket: bucket && { bucket, settings: recording },
        finishes: settings.roles.finish,
      },
      capture: {
        ip: settings.captureIp,
        ports: settings.capturePorts,
        srtp: !isLoopback(settings.captureIp),
      },
      openCapture,
      events,
      onEnded: (stats) => metrics.captureEnded(stats),
      ...(socketTuning && { socketTuning }),
    });
    const jobs = new Jobs({
      workFolder: workFolder(root),
      config: config.webrtc,
      edge,
      events,
      letGo: (recordingId) => recordings.letGo(recordingId),
      onEnded: (outcome) => metrics.jobEnded(outcome),
      storage: (recordingId, cache, signal, sources) => {
        const folder = recordingFolder(root, recordingId);
        if (bucket === undefined || uploader === undefined) {
          const onGone = (recorderId: string, error: unknown) =>
            events.warn(
              'segments-unreachable',
              { recordingId, recorderId, error: String(error) },
              'what another recorder has of a recording cannot be fetched: is its PARLEY_PUBLIC_URL reachable from here?',
            );
          return diskStorage({ folder, cache, others: new OtherDisks({ sources, signal, onGone }) });
        }
        const onRetry = (error: unknown) =>
          events.warn(
            'bucket-failed',
            { recordingId, error: String(error) },
            bucketTrouble(error, recording),
          );
        return bucketStorage({ recordingId, folder, cache, bucket, uploader, signal, onRetry });
      },
    });
    let files: FileServer | undefined;
    try {
      if (bucket === undefined && settings.publicUrl !== undefined) {
        const keys = createRemoteJWKSet(new URL(`${settings.edgeUrl}${JWKS_PATH}`), {
          cooldownDuration: 5000,
        });
        const { filesHost: host, filesPort: port, edgeUrl } = settings;
        files = await FileServer.listen({ host, port, root, edgeUrl, keys, events });
      }
      const health = await HealthServer.listen(settings.metricsHost, settings.metricsPort, {
        metrics,
        obstacles: () => [
          ...(fleet.registered ? [] : [`not registered with the fleet: ${fleet.obstacle}`]),
          ...(disk.level === 'enough' ? [] : [`the disk at ${root} is full: ${disk.free} bytes are free`]),
        ],
        logger,
      });
      // Before the fleet asks for anything: what is left of a recording may be in the way of its next turn.
      await recordings.recover();
      await removeOldWork(root, OLD_WORK_MS);
      return new Recorder(recordings, {
        disk,
        bucket,
        fleet,
        jobs,
        files,
        health,
        unlock,
        running: fleet.run(),
      });
    } catch (error) {
      files?.close();
      disk.close();
      bucket?.close();
      unlock();
      throw error;
    }
  }

  /** Whether the fleet knows this recorder now. */
  get registered(): boolean {
    return this.#parts.fleet.registered;
  }

  /** Where `/metrics`, `/livez` and `/readyz` are. */
  get metricsPort(): number {
    return this.#parts.health.port;
  }

  /** Where viewers fetch files, if they can. */
  get filesPort(): number | undefined {
    return this.#parts.files?.port;
  }

  /**
   * Ends in order: closes what is recorded, and uploads and reports what it can.
   *
   * @param patienceMs for uploads and reports; the next process does the rest
   */
  async close(patienceMs: number): Promise<void> {
    const { disk, bucket, fleet, jobs, files, health, unlock, running } = this.#parts;
    fleet.close();
    files?.close();
    await Promise.all([jobs.close(), this.recordings.close(patienceMs)]);
    disk.close();
    bucket?.close();
    health.close();
    unlock();
    await running;
  }
}

async function openRoot(path: string): Promise<string> {
  const root = resolve(path);
  try {
    return await makeFolder(root);
  } catch (cause) {
    throw new Error(`recording.path: the folder ${root} cannot be made; correct it or its permissions`, {
      cause,
    });
  }
}

function obey(order: FleetOrder, recordings: Recordings, jobs: Jobs): void {
  switch (order.type) {
    case 'record':
      recordings.record(order);
      return;
    case 'finish':
      jobs.finish(order);
      return;
    case 'delete':
      jobs.delete(order);
      return;
    default:
      order satisfies never;
  }
}
