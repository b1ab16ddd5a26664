import { Gauge, type Registry } from 'prom-client';
import type { NodeSample } from './metrics.ts';

/** A gauge that is one number of a sample. */
export interface NodeGauge {
  gauge: Gauge;
  read: (sample: NodeSample) => number;
}

/** The gauges that are one number of a sample each. */
export function nodeGauges(registers: Registry[]): NodeGauge[] {
  const gauge = (name: string, help: string, read: (sample: NodeSample) => number): NodeGauge => ({
    gauge: new Gauge({ name, help, registers }),
    read,
  });
  return [
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
    gauge(
      'parley_routers',
      'Routers open on the media workers, one a room with media and worker that it is on.',
      (s) => s.routers,
    ),
    gauge('parley_transports', 'Transports open on the media workers.', (s) => s.transports),
    gauge(
      'parley_producers',
      'Producers open on the media workers, one a track and worker that it is on.',
      (s) => s.producers,
    ),
    gauge(
      'parley_consumers',
      'Consumers open on the media workers, one a track and subscriber, or other worker that it is on.',
      (s) => s.consumers,
    ),
    gauge('parley_pipes', 'Tracks on their way from one media worker to another.', (s) => s.pipes),
    gauge(
      'parley_data_producers',
      'Data producers open on the media workers, those of participants and of rooms.',
      (s) => s.dataProducers,
    ),
    gauge('parley_data_consumers', 'Data consumers open on the media workers.', (s) => s.dataConsumers),
    gauge('parley_captures', 'Rooms whose media goes to a recorder.', (s) => s.captures),
    gauge('parley_captured_tracks', 'Tracks on their way to recorders.', (s) => s.capturedTracks),
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
    gauge('parley_node_full', 'Whether the node takes no new rooms, 0 or 1.', (s) => Number(s.full)),
  ];
}
