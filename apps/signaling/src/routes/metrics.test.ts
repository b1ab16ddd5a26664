import { expect, it } from 'vitest';
import { TestNode } from '../testing/test-node.ts';
import { ask, joinRoom } from '../testing/test-socket.ts';

const lines = async () => {
  const page = await (await ask('/metrics')).text();
  return page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
};

const figures = {
  videoTracks: 1,
  audioTracks: 2,
  bytesReceived: 1000,
  bytesSent: 5000,
  packetLossRate: 0.04,
  jitterMs: 6,
  workers: 2,
  memoryBytes: 1e8,
};

it('has every name without a node or a room', async () => {
  const response = await ask('/metrics');
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await lines()).toEqual([
    'webrtc_rooms_total 0',
    'webrtc_participants_total 0',
    'webrtc_video_tracks_total 0',
    'webrtc_audio_tracks_total 0',
    'webrtc_packet_loss_rate 0',
    'webrtc_jitter_ms 0',
    'parley_nodes_connected 0',
  ]);
});

it('puts nodes together, also those that tell no figures, and remembers who left', async () => {
  const [a, b] = await Promise.all([TestNode.start('node-a'), TestNode.start('node-b')]);
  await TestNode.start('older');
  a.fleet.send({ type: 'heartbeat', load: { rooms: 2, participants: 5, cpu: 0.5, figures } });
  const calm = { ...figures, videoTracks: 4, audioTracks: 5, packetLossRate: 0, jitterMs: 2 };
  b.fleet.send({ type: 'heartbeat', load: { rooms: 1, participants: 3, cpu: 0.25, figures: calm } });
  await joinRoom('counted', 'Ann');
  await expect
    .poll(lines)
    .toEqual(expect.arrayContaining(['webrtc_rooms_total 1', 'parley_node_rooms{node="node-b"} 1']));
  const page = await lines();
  expect(page).toEqual(
    expect.arrayContaining([
      'webrtc_participants_total 1',
      'webrtc_video_tracks_total 5',
      'webrtc_audio_tracks_total 7',
      'webrtc_bandwidth_usage_bytes{node="node-a",direction="received"} 1000',
      'webrtc_bandwidth_usage_bytes{node="node-a",direction="sent"} 5000',
      'webrtc_packet_loss_rate 0.01',
      'webrtc_jitter_ms 3',
      'parley_nodes_connected 3',
      'parley_node_up{node="older"} 1',
      'parley_node_participants{node="node-a"} 5',
      'parley_node_cpu_ratio{node="node-a"} 0.5',
      'parley_node_workers{node="node-a"} 2',
      'parley_node_memory_bytes{node="node-a"} 100000000',
      'parley_node_packet_loss_ratio{node="node-a"} 0.04',
      'parley_node_jitter_seconds{node="node-a"} 0.006',
    ]),
  );
  expect(page.filter((line) => line.startsWith('parley_node_workers{node="older"'))).toEqual([]);

  a.fleet.close();
  await expect.poll(lines).toContain('parley_node_up{node="node-a"} 0');
  const later = await lines();
  expect(later).toContain('parley_nodes_connected 2');
  expect(later.filter((line) => line.includes('node-a'))).toHaveLength(1);
  await TestNode.start('node-a');
  expect((await lines()).filter((line) => line.startsWith('parley_node_up'))).toHaveLength(3);
});
