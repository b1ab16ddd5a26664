import type { CallStats, ReceivedStats, SentStats, StreamStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { describe, expect, it } from 'vitest';
import { tileFigures } from './tile-figures.ts';

const stream: StreamStats = {
  kind: 'video',
  codec: 'VP8',
  bitrate: 1000,
  packets: 100,
  loss: 0,
  jitter: 2,
  width: 0,
  height: 0,
  framesPerSecond: 0,
};
const received = (more: Partial<ReceivedStats>): ReceivedStats => ({
  ...stream,
  trackId: '',
  participantId: 'bob',
  source: 'camera',
  jitterBufferDelay: 0,
  freezes: 0,
  concealed: 0,
  ...more,
});
const sent = (more: Partial<SentStats>): SentStats => ({
  ...stream,
  source: 'camera',
  rid: undefined,
  limitedBy: 'none',
  ...more,
});
const way = {
  state: 'connected',
  roundTripTime: 1,
  availableOutgoingBitrate: undefined,
  localCandidate: undefined,
  remoteCandidate: undefined,
  protocol: 'udp',
} as const;
const call = (sentStreams: SentStats[], receivedStreams: ReceivedStats[]): CallStats => ({
  at: 0,
  sending: way,
  receiving: way,
  sent: sentStreams,
  received: new Map(receivedStreams.map((one, index) => [String(index), one])),
});
const tile = (more: Partial<Tile>): Tile => ({
  key: '',
  participantId: 'bob',
  name: 'Bob',
  isSelf: false,
  source: 'camera',
  trackId: undefined,
  video: undefined,
  microphoneOn: true,
  ...more,
});

describe('the figures of a tile', () => {
  const camera = received({ width: 640, height: 360, framesPerSecond: 30, loss: 0.1 });
  const microphone = received({
    kind: 'audio',
    codec: 'opus',
    source: 'microphone',
    bitrate: 500,
    jitter: 7,
  });

  it('are of its picture and of the sound of whose it is, of nobody else and of no other source', () => {
    const others = [
      received({ participantId: 'cyd', bitrate: 9e6 }),
      received({ source: 'screen', width: 1920 }),
    ];
    expect(tileFigures(tile({}), call([], [camera, microphone, ...others]))).toMatchObject({
      width: 640,
      framesPerSecond: 30,
      codecs: ['VP8', 'opus'],
      bitrate: 1500,
      loss: 0.05,
      jitter: 7,
    });
    expect(tileFigures(tile({ source: 'screen' }), call([], [camera, ...others]))).toMatchObject({
      width: 1920,
    });
  });

  it('of one’s own are of the largest layer that flows, with the names of those that do and what holds them back', () => {
    const layers = [
      sent({ rid: 'low', width: 320 }),
      sent({ rid: 'medium', width: 640, limitedBy: 'bandwidth' }),
      sent({ rid: 'high', width: 1280, bitrate: 0 }),
    ];
    expect(tileFigures(tile({ isSelf: true }), call(layers, [camera]))).toMatchObject({
      width: 640,
      bitrate: 2000,
      layers: ['low', 'medium'],
      limitedBy: 'bandwidth',
    });
  });

  it('are none where nothing flows', () => {
    expect(tileFigures(tile({}), call([sent({})], []))).toBeUndefined();
  });
});
