import type { CapacityWatch } from './capacity/capacity-watch.ts';
import type { DirectServer } from './direct/direct-server.ts';
import type { nodeFleet } from './fleet/node-fleet.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';
import { mean } from './rooms/room-stats.ts';
import type { Subscription } from './sessions/subscription.ts';
import type { NodeSample, VideoLayer } from './telemetry/metrics.ts';
import type { TrafficLedger } from './telemetry/traffic-ledger.ts';
import type { WorkerPool } from './workers/worker-pool.ts';

/** What a sample is taken from. */
export interface SampleSources {
  rooms: RoomRegistry;
  ledger: TrafficLedger;
  pool: WorkerPool;
  fleet: ReturnType<typeof nodeFleet>;
  capacity: CapacityWatch;
  /** Absent where clients cannot come by themselves. */
  direct: DirectServer | undefined;
}

/** Measures the node for its metrics. */
export async function sampleNode({
  rooms,
  ledger,
  pool,
  fleet,
  direct,
  capacity,
}: SampleSources): Promise<NodeSample> {
  const hosted = rooms.rooms;
  const media = hosted.flatMap((room) => room.media ?? []);
  const [traffic, tracks] = await Promise.all([
    ledger.total(),
    Promise.all(media.map((room) => room.figures.tracks())).then((stats) => stats.flat()),
  ]);
  const subscriptions = media
    .flatMap(({ sessions }) => [...sessions.values()])
    .flatMap((session) => session.subscriptions);
  const captures = media.flatMap(({ capture }) => capture ?? []);
  const flowing = tracks.filter(({ layers }) => layers.length > 0);
  return {
    rooms: hosted.length,
    participants: rooms.participants,
    videoTracks: tracks.filter(({ kind }) => kind === 'video').length,
    audioTracks: tracks.filter(({ kind }) => kind === 'audio').length,
    packetLossRate: mean(flowing.map(({ fractionLost }) => fractionLost)),
    jitterMs: mean(flowing.map(({ jitterMs }) => jitterMs)),
    traffic,
    ...pool.census,
    pipes: media.reduce((sum, { pipes }) => sum + pipes.count, 0),
    captures: captures.length,
    capturedTracks: captures.reduce((sum, { tracks }) => sum + tracks.length, 0),
    subscriptions: subscriptions.length,
    videoLayers: countLayers(subscriptions),
    workersRunning: pool.running,
    workers: pool.loads,
    memoryBytes: process.memoryUsage.rss(),
    linksUp: hosted.filter(({ linkUp }) => linkUp).length,
    directConnections: direct?.connections ?? 0,
    fleetRegistered: fleet.registered,
    full: capacity.full,
    shed: capacity.shed,
  };
}

function countLayers(subscriptions: readonly Subscription[]): Record<VideoLayer, number> {
  const counts: Record<VideoLayer, number> = { 0: 0, 1: 0, 2: 0, none: 0, single: 0 };
  for (const { consumer } of subscriptions) if (consumer.kind === 'video') counts[layerOf(consumer)] += 1;
  return counts;
}

function layerOf({ type, currentLayers }: Subscription['consumer']): VideoLayer {
  if (type === 'simple') return 'single';
  switch (currentLayers?.spatialLayer) {
    case undefined:
      return 'none';
    case 0:
      return '0';
    case 1:
      return '1';
    default:
      return '2';
  }
}
