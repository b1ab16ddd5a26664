import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();
const get = (path: string) => fetch(`http://127.0.0.1:${fixture.node.metricsPort}${path}`);
const read = async () => await (await get('/metrics')).text();
const value = (page: string, name: string) =>
  Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(page)?.[1]);

describe('the health server', () => {
  it('has real figures under the seven names that dashboards know', async () => {
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    const bob = await fixture.join(link, 'bob');
    bob.receive();
    const { tracks } = await alice.publish(['microphone', 'camera']);
    alice.send();
    await until(() => (bob.received.get(tracks[1]?.trackId ?? '') ?? 0) > 40, 'media flows');
    // What was measured when the node started is given again for two seconds.
    await until(async () => value(await read(), 'webrtc_rooms_total') === 1, 'it has measured');
    const page = await read();
    expect(value(page, 'webrtc_participants_total')).toBe(2);
    expect(value(page, 'webrtc_video_tracks_total')).toBe(1);
    expect(value(page, 'webrtc_audio_tracks_total')).toBe(1);
    expect(value(page, 'webrtc_packet_loss_rate'), 'nothing is lost on loopback').toBe(0);
    expect(value(page, 'webrtc_jitter_ms'), 'timers jitter').toBeGreaterThan(0);
    const received = value(page, 'webrtc_bandwidth_usage_bytes{direction="received"}');
    expect(received, 'more than 40 packets of 600 bytes').toBeGreaterThan(24_000);
    expect(value(page, 'webrtc_bandwidth_usage_bytes{direction="sent"}')).toBeGreaterThan(20_000);
    expect(value(page, 'parley_subscriptions')).toBe(2);
    expect(value(page, 'parley_join_seconds_count'), 'both are connected').toBe(2);
    expect(value(page, 'parley_join_seconds_sum')).toBeGreaterThan(0);
    for (const offerer of ['client', 'server']) {
      expect(value(page, `parley_negotiation_seconds_count{offerer="${offerer}"}`), offerer).toBeGreaterThan(
        0,
      );
    }
    expect(value(page, 'parley_video_subscriptions{spatial_layer="single"}'), 'no simulcast').toBe(1);
    expect(value(page, 'parley_video_subscriptions{spatial_layer="0"}')).toBe(0);
    const rtp = value(page, 'parley_rtp_bytes_total{direction="sent"}');
    expect(rtp, 'less than all that was sent').toBeLessThan(
      value(page, 'webrtc_bandwidth_usage_bytes{direction="sent"}'),
    );
    expect(rtp).toBeGreaterThan(20_000);
    expect(value(page, 'parley_worker_cpu_ratio{worker="0"}')).toBeLessThanOrEqual(1);
    await until(async () => {
      return value(await read(), 'parley_worker_resident_memory_bytes{worker="0"}') > 1_000_000;
    }, 'the worker is sampled');

    const stats = await link.stats();
    const camera = stats.tracks.find(({ source }) => source === 'camera');
    expect(camera).toMatchObject({ participantId: 'alice', codec: 'VP8', packetsLost: 0 });
    expect(camera?.bitrate, 'about 50 packets of 600 bytes a second').toBeGreaterThan(50_000);
    expect(camera?.layers[0]?.packets).toBeGreaterThan(30);
    const subscription = stats.subscriptions.find(({ trackId }) => trackId === camera?.trackId);
    expect(subscription?.participantId).toBe('bob');
    expect(subscription?.bitrate).toBeGreaterThan(50_000);

    link.send({ type: 'close-room', roomId: link.roomId });
    await until(() => fixture.node.ledger.transports === 0, 'all transports are closed');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const later = await read();
    expect(value(later, 'webrtc_rooms_total')).toBe(0);
    expect(
      value(later, 'webrtc_bandwidth_usage_bytes{direction="received"}'),
      'bytes of closed transports stay counted',
    ).toBeGreaterThanOrEqual(received);
  });

  it('tells the edge what it has measured', async () => {
    const link = await fixture.room();
    const alice = await fixture.join(link, 'alice');
    await alice.publish(['microphone', 'camera']);
    await until(async () => value(await read(), 'webrtc_video_tracks_total') === 1, 'it has measured');
    const { load } = await fixture.edge.fleetMessages.next(
      ({ load: { figures } }) => figures !== undefined && figures.videoTracks > 0,
      'a heartbeat with figures',
    );
    expect(load.figures).toMatchObject({ videoTracks: 1, audioTracks: 1, workers: 1 });
    expect(load.figures?.memoryBytes).toBeGreaterThan(10_000_000);
  });

  it('tells life from readiness', async () => {
    expect((await get('/livez')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    fixture.edge.refusesFleet = 503;
    fixture.edge.dropFleet();
    await until(async () => (await get('/readyz')).status === 503, 'it is not ready without the fleet');
    expect(await (await get('/readyz')).text(), 'and says why').toMatch(/not registered with the fleet: /);
    expect((await get('/livez')).status, 'but alive').toBe(200);
    fixture.edge.refusesFleet = undefined;
    await until(async () => (await get('/readyz')).status === 200, 'it is ready again');
  });

  it('knows nothing else', async () => {
    expect((await get('/secrets')).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`, { method: 'POST' });
    expect(posted.status).toBe(405);
  });
});
