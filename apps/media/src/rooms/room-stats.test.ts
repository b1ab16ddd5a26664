import type { Producer, ProducerStat } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { trackStats } from './room-stats.ts';

const producer = {
  id: 't',
  kind: 'video',
  rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }] },
} as Producer;
const stream = (stat: Partial<ProducerStat>) =>
  ({ bitrate: 0, packetCount: 0, packetsLost: 0, fractionLost: 0, jitter: 0, ...stat }) as ProducerStat;

describe('trackStats', () => {
  it('turns RTP units into seconds and shares, and sums the layers', () => {
    const stats = trackStats({ participantId: 'p', source: 'camera', producer }, [
      stream({ rid: 'low', bitrate: 100, packetCount: 5, packetsLost: 1, fractionLost: 64, jitter: 900 }),
      stream({ rid: 'high', bitrate: 300, packetCount: 9, fractionLost: 0, jitter: 0 }),
      stream({ rid: 'off' }),
    ]);
    expect(stats).toMatchObject({ codec: 'VP8', bitrate: 400, packetsLost: 1 });
    expect(stats.layers, 'a layer that carries nothing is not listed').toEqual([
      { rid: 'low', bitrate: 100, packets: 5, packetsLost: 1, fractionLost: 0.25, jitterMs: 10 },
      { rid: 'high', bitrate: 300, packets: 9, packetsLost: 0, fractionLost: 0, jitterMs: 0 },
    ]);
    expect(stats.jitterMs, 'mean over layers that flow').toBe(5);
  });

  it('has figures before the first packet', () => {
    expect(trackStats({ participantId: 'p', source: 'camera', producer }, [])).toMatchObject({
      bitrate: 0,
      fractionLost: 0,
      jitterMs: 0,
      layers: [],
    });
  });
});
