import type { NodeFigures, NodeLoad } from '@parley/protocol/fleet-messages';
import type { Counts } from '../directory/directory-object.ts';
import type { NodeReport } from '../fleet/fleet-object.ts';
import type { Family, Sample } from './page.ts';

type LiveNode = NodeReport & { load: NodeLoad };
/** One of this version: the version before tells no figures. */
type MeasuredNode = { nodeId: string; figures: NodeFigures };

/**
 * The metrics of a region's fleet. Rooms and participants are those that the edge counts; tracks are summed over nodes,
 * loss and jitter are means over their tracks. Bytes stay apart by node: a sum of counters of which some come and go is no counter.
 */
export function fleetMetrics(counts: Counts, nodes: readonly NodeReport[]): Family[] {
  const live = nodes.filter((node): node is LiveNode => node.up && node.load !== undefined);
  const measured = live.flatMap(({ nodeId, load: { figures } }) => (figures ? [{ nodeId, figures }] : []));
  const gauge = (name: string, help: string, samples: readonly Sample[]): Family => {
    return { name, type: 'gauge', help, samples };
  };
  const ofEach = (name: string, help: string, read: (load: NodeLoad) => number) =>
    gauge(
      name,
      help,
      live.map(({ nodeId, load }) => ({ labels: { node: nodeId }, value: read(load) })),
    );
  const ofMeasured = (name: string, help: string, read: (figures: NodeFigures) => number) =>
    gauge(
      name,
      help,
      measured.map(({ nodeId, figures }) => ({ labels: { node: nodeId }, value: read(figures) })),
    );
  return [
    gauge('webrtc_rooms_total', 'Rooms, as the edge counts them.', [{ value: counts.rooms }]),
    gauge('webrtc_participants_total', 'Participants, as the edge counts them.', [
      { value: counts.participants },
    ]),
    gauge('webrtc_video_tracks_total', 'Video tracks published, summed over nodes.', [
      { value: sum(measured, ({ videoTracks }) => videoTracks) },
    ]),
    gauge('webrtc_audio_tracks_total', 'Audio tracks published, summed over nodes.', [
      { value: sum(measured, ({ audioTracks }) => audioTracks) },
    ]),
    {
      name: 'webrtc_bandwidth_usage_bytes',
      type: 'counter',
      help: 'Bytes that clients’ transports have carried, by node.',
      samples: measured.flatMap(({ nodeId, figures }) => [
        { labels: { node: nodeId, direction: 'received' }, value: figures.bytesReceived },
        { labels: { node: nodeId, direction: 'sent' }, value: figures.bytesSent },
      ]),
    },
    gauge(
      'webrtc_packet_loss_rate',
      'Share of packets lost from publishers to nodes in the last interval, 0 to 1, mean over tracks.',
      [{ value: meanOverTracks(measured, ({ packetLossRate }) => packetLossRate) }],
    ),
    gauge('webrtc_jitter_ms', 'Jitter of what publishers send to nodes, milliseconds, mean over tracks.', [
      { value: meanOverTracks(measured, ({ jitterMs }) => jitterMs) },
    ]),
    gauge('parley_nodes_connected', 'Media nodes that could take a room now.', [{ value: live.length }]),
    gauge(
      'parley_node_up',
      'Whether a node is connected and sends heartbeats, 0 or 1; one that left is told for an hour.',
      nodes.map(({ nodeId, up }) => ({ labels: { node: nodeId }, value: Number(up) })),
    ),
    ofEach('parley_node_rooms', 'Rooms on a node.', ({ rooms }) => rooms),
    ofEach('parley_node_participants', 'Media sessions on a node.', ({ participants }) => participants),
    ofEach(
      'parley_node_cpu_ratio',
      'Share of one core that the busiest media worker of a node uses, 0 to 1.',
      ({ cpu }) => cpu,
    ),
    ofMeasured('parley_node_workers', 'Media workers of a node that run.', ({ workers }) => workers),
    ofMeasured(
      'parley_node_memory_bytes',
      'Resident memory of a node’s process and its workers.',
      ({ memoryBytes }) => memoryBytes,
    ),
    ofMeasured(
      'parley_node_packet_loss_ratio',
      'Share of packets lost from publishers to a node in the last interval, 0 to 1, mean over tracks.',
      ({ packetLossRate }) => packetLossRate,
    ),
    ofMeasured(
      'parley_node_jitter_seconds',
      'Jitter of what publishers send to a node, mean over tracks.',
      ({ jitterMs }) => jitterMs / 1000,
    ),
  ];
}

function sum(nodes: readonly MeasuredNode[], read: (figures: NodeFigures) => number): number {
  return nodes.reduce((total, { figures }) => total + read(figures), 0);
}

function meanOverTracks(nodes: readonly MeasuredNode[], read: (figures: NodeFigures) => number): number {
  const tracks = ({ videoTracks, audioTracks }: NodeFigures) => videoTracks + audioTracks;
  const all = sum(nodes, tracks);
  return all === 0 ? 0 : sum(nodes, (figures) => tracks(figures) * read(figures)) / all;
}
