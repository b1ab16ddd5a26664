// Runs in the browser, beside page/watch.js: somebody in a call through the SDK, who publishes or receives, and counts what comes.
import { connect } from '@parley/client/connect';
import { TestPicture } from '@parley/client/connection-test/test-picture';
import type { ReceptionCounts } from './reception.ts';
import { voiceTrack } from './voice.ts';

/** What the page offers to Playwright. */
export interface LossPageApi {
  join(options: { room: string; name: string; publishes: boolean }): Promise<void>;
  received(): Promise<ReceptionCounts>;
}

const { watch: watched } = globalThis as unknown as { watch: { connections: RTCPeerConnection[] } };

const api: LossPageApi = {
  async join({ room, name, publishes }) {
    const call = await connect(location.origin, { room, name });
    call.on('track', ({ kind, track }) => {
      // What nobody plays is not decoded.
      const element = document.createElement(kind);
      element.autoplay = element.muted = true;
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
    });
    if (!publishes) return;
    await call.publish('microphone', voiceTrack());
    await call.publish('camera', new TestPicture().track);
  },
  async received() {
    const reports = await Promise.all(watched.connections.map((connection) => connection.getStats()));
    const inbound = reports.flatMap((one) => [...one.values()]).filter(({ type }) => type === 'inbound-rtp');
    const sum = (kind: 'audio' | 'video', key: string) =>
      inbound.reduce((total, one) => total + (one.kind === kind ? (one[key] ?? 0) : 0), 0);
    return {
      at: performance.now() / 1000,
      samples: sum('audio', 'totalSamplesReceived'),
      concealed: sum('audio', 'concealedSamples') - sum('audio', 'silentConcealedSamples'),
      audioPackets: sum('audio', 'packetsReceived'),
      fec: sum('audio', 'fecPacketsReceived') - sum('audio', 'fecPacketsDiscarded'),
      waited: sum('audio', 'jitterBufferDelay'),
      emitted: sum('audio', 'jitterBufferEmittedCount'),
      frames: sum('video', 'framesDecoded'),
      frozen: sum('video', 'totalFreezesDuration'),
      videoBytes: sum('video', 'bytesReceived'),
    };
  },
};

Object.assign(globalThis, { loss: api });
