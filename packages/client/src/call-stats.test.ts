import { describe, expect, it } from 'vitest';
import { readStats, type SessionReport, type StatsEntry } from './call-stats.ts';
import { recordedStats } from './testing/stats-fixture.ts';

/** Within 1%. */
const about = (value: number) => expect.closeTo(value, -Math.log10(value / 50));

describe('what Chromium reports', () => {
  const [first, second] = recordedStats('chromium');
  const stats = readStats(second, first);

  it('is each layer by its name, smallest first, with its rate since the look before', () => {
    expect(stats.sent.map(({ source, rid, codec }) => [source, rid, codec])).toEqual([
      ['microphone', undefined, 'opus'],
      ['camera', 'low', 'VP8'],
      ['camera', 'medium', 'VP8'],
      ['camera', 'high', 'VP8'],
    ]);
    // 195,964 bytes in 2.045 s.
    expect(stats.sent[3]).toMatchObject({ width: 1280, height: 720, framesPerSecond: 20, packets: 184 });
    expect(stats.sent[3]?.bitrate).toEqual(about(766_600));
    expect(stats.sent[3]).toMatchObject({ loss: 0, limitedBy: 'none' });
    expect(stats.sent[3]?.jitter).toBeCloseTo(0.777);
  });

  it('is what arrives, by track', () => {
    const video = stats.received.get('v');
    expect(video).toMatchObject({
      participantId: 'ann',
      source: 'camera',
      codec: 'VP8',
      width: 1280,
      height: 720,
      framesPerSecond: 10,
      packets: 95,
      loss: 0,
      jitter: 3,
      freezes: 0,
    });
    expect(video?.bitrate).toEqual(about(402_000));
    // 0.759 s for 20 frames.
    expect(video?.jitterBufferDelay).toBeCloseTo(37.95);
    expect(stats.received.get('a')).toMatchObject({ codec: 'opus', packets: 103, concealed: 0, width: 0 });
    expect(stats.received.get('a')?.jitterBufferDelay).toBeCloseTo(70.96);
  });

  it('is the way that is taken', () => {
    expect(stats.sending).toEqual({
      state: 'connected',
      roundTripTime: 4,
      availableOutgoingBitrate: 5_000_000,
      localCandidate: 'host',
      remoteCandidate: 'host',
      protocol: 'udp',
    });
  });
});

it('what Firefox reports is read as well', () => {
  const [first, second] = recordedStats('firefox');
  const stats = readStats(second, first);
  expect(stats.sent).toMatchObject([
    { source: 'microphone', codec: 'opus', packets: 101, limitedBy: 'none' },
    { source: 'camera', codec: 'VP8', width: 320, height: 240, framesPerSecond: 30, packets: 60 },
  ]);
  expect(stats.sent[1]?.bitrate).toEqual(about(127_300));
  expect(stats.received.get('v')).toMatchObject({ codec: 'VP8', width: 320, packets: 60, freezes: 0 });
  expect(stats.received.get('a')?.jitterBufferDelay).toBeCloseTo(33.07);
  expect(stats.receiving).toMatchObject({ protocol: 'udp', availableOutgoingBitrate: undefined });
});

describe('rates', () => {
  const [first, second] = recordedStats('chromium');
  const changed = (report: SessionReport, change: Record<string, number>): SessionReport => ({
    ...report,
    receiving: {
      ...report.receiving,
      entries: new Map(
        [...report.receiving.entries].map(([id, entry]): [string, StatsEntry] => [
          id,
          entry['type'] === 'inbound-rtp' ? { ...entry, ...change } : entry,
        ]),
      ),
    },
  });

  it('are 0 in a first look, whatever was before', () => {
    for (const stream of readStats(second).received.values()) {
      expect(stream).toMatchObject({ bitrate: 0, packets: 0, loss: 0, concealed: 0, jitterBufferDelay: 0 });
    }
  });

  it('are shares of what should have come', () => {
    const before = changed(first, { packetsLost: 2, packetsReceived: 100, totalSamplesReceived: 0 });
    const after = changed(second, {
      packetsLost: 12,
      packetsReceived: 190,
      totalSamplesReceived: 1000,
      concealedSamples: 7282,
      silentConcealedSamples: 444,
    });
    const { received } = readStats(after, before);
    expect(received.get('v')).toMatchObject({ packets: 100, loss: 0.1 });
    expect(received.get('a')?.concealed).toBeCloseTo(0.1);
  });

  it('are none when counters go back, as that of lost packets may when late ones come', () => {
    const { received } = readStats(first, second);
    for (const stream of received.values()) expect(stream).toMatchObject({ bitrate: 0, loss: 0, packets: 0 });
  });
});
