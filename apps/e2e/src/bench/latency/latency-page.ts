// Runs in the browser, beside page/watch.js: sends a picture that shows when it was drawn, receives it, and says how old it is then.
import { connect } from '@parley/client/connect';
import { PictureReader } from '@parley/client/connection-test/test-picture';
import { timeCodedTrack } from '../../time-coded-track.ts';
import type { FrameTimes, StreamCounts } from './frame-times.ts';

/** What the page offers to Playwright. */
export interface LatencyPageApi {
  /** Sends to itself: through a node, as two participants of the room, or over two PeerConnections without any server. */
  start(way: { room: string } | 'directly'): Promise<void>;
  /** What was shown since this was last asked. */
  take(): FrameTimes[];
  counts(): Promise<StreamCounts>;
}

const FRAMES_PER_SECOND = 30;
const { watch: watched } = globalThis as unknown as { watch: { connections: RTCPeerConnection[] } };

let shown: FrameTimes[] = [];

function watchPicture(track: MediaStreamTrack): void {
  const reader = new PictureReader(track);
  document.body.append(reader.video);
  const look = (_: number, { expectedDisplayTime, receiveTime = 0 }: VideoFrameCallbackMetadata) => {
    const age = reader.delay(expectedDisplayTime);
    shown.push(age === undefined ? {} : { age, afterReceipt: expectedDisplayTime - receiveTime });
    reader.video.requestVideoFrameCallback(look);
  };
  reader.video.requestVideoFrameCallback(look);
}

async function throughNode(room: string): Promise<void> {
  const viewer = await connect(location.origin, { room, name: 'Viewer' });
  viewer.on('track', ({ track }) => watchPicture(track));
  const camera = await connect(location.origin, { room, name: 'Camera' });
  await camera.publish('camera', timeCodedTrack({ framesPerSecond: FRAMES_PER_SECOND }));
}

async function directly(): Promise<void> {
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  sender.onicecandidate = ({ candidate }) => void receiver.addIceCandidate(candidate);
  receiver.onicecandidate = ({ candidate }) => void sender.addIceCandidate(candidate);
  receiver.ontrack = ({ track }) => watchPicture(track);
  sender.addTransceiver(timeCodedTrack({ framesPerSecond: FRAMES_PER_SECOND }), { direction: 'sendonly' });
  await sender.setLocalDescription();
  if (sender.localDescription) await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription();
  if (receiver.localDescription) await sender.setRemoteDescription(receiver.localDescription);
}

const api: LatencyPageApi = {
  start: (way) => (way === 'directly' ? directly() : throughNode(way.room)),
  take() {
    const taken = shown;
    shown = [];
    return taken;
  },
  async counts() {
    const reports = await Promise.all(watched.connections.map((connection) => connection.getStats()));
    const all = reports.flatMap((one) => [...one.values()]);
    const sum = (type: string, key: string) =>
      all.reduce(
        (total, one) => total + (one.type === type && one.kind === 'video' ? (one[key] ?? 0) : 0),
        0,
      );
    const pairs = all.filter(({ type, nominated }) => type === 'candidate-pair' && nominated);
    return {
      encoded: sum('outbound-rtp', 'framesEncoded'),
      encoding: sum('outbound-rtp', 'totalEncodeTime'),
      sent: sum('outbound-rtp', 'packetsSent'),
      pacing: sum('outbound-rtp', 'totalPacketSendDelay'),
      decoded: sum('inbound-rtp', 'framesDecoded'),
      decoding: sum('inbound-rtp', 'totalDecodeTime'),
      emitted: sum('inbound-rtp', 'jitterBufferEmittedCount'),
      buffered: sum('inbound-rtp', 'jitterBufferDelay'),
      roundTrip: Math.max(0, ...pairs.map(({ currentRoundTripTime = 0 }) => currentRoundTripTime)),
      dropped: sum('inbound-rtp', 'framesDropped'),
    };
  },
};

Object.assign(globalThis, { latency: api });
