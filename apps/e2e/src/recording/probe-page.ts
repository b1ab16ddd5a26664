// Runs in the browser, beside page/watch.js: somebody in a call through the SDK, whose camera and screen show when they were drawn and
// whose microphone beeps with the seconds.
import type { Call } from '@parley/client/call';
import { connect } from '@parley/client/connect';
import { HEIGHT, WIDTH } from '@parley/client/connection-test/test-picture';
import { timeCodedTrack } from '../time-coded-track.ts';
import { BEEP_MS, beepingTrack } from './beeps.ts';
import type { SentFrame } from './sent-frames.ts';

/** What the page offers to Playwright. */
export interface ProbePageApi {
  join(options: { room: string; name: string; pitch: number }): Promise<void>;
  call(): Call;
  /** What camera and screen have drawn and sent so far. */
  sent(): Record<'camera' | 'screen', ProbeSource>;
  /** Whether the camera's largest layer is sent. */
  setLargestLayer(on: boolean): Promise<void>;
}

/** Of all times that a source was on. */
export interface ProbeSource {
  /** When frames were drawn, ms of the shared clock. */
  drawn: number[];
  /** What came out of its encoders. */
  encoded: SentFrame[];
}

const FRAMES_PER_SECOND = 20;
const UNEVENNESS_MS = 9;

/** The same for all pages of this machine, whole ms since the epoch. */
const now = () => Math.round(performance.timeOrigin + performance.now());

/** Tells of each encoded frame, on its way to the packetizer. */
const TELL = `onrtctransform = ({ transformer: { readable, writable } }) =>
  readable.pipeThrough(new TransformStream({
    transform(frame, on) {
      const { rtpTimestamp, synchronizationSource, width } = frame.getMetadata();
      postMessage({ rtp: rtpTimestamp, ssrc: synchronizationSource, width, key: frame.type === 'key' });
      on.enqueue(frame);
    },
  })).pipeTo(writable);`;

declare class RTCRtpScriptTransform {
  constructor(worker: Worker);
}

const sources = { camera: { drawn: [], encoded: [] }, screen: { drawn: [], encoded: [] } } as Record<
  'camera' | 'screen',
  ProbeSource
>;
const videoSources = new WeakMap<MediaStreamTrack, 'camera' | 'screen'>();
let pitch = 1000;

async function picture(source: 'camera' | 'screen'): Promise<MediaStreamTrack> {
  const track = timeCodedTrack({
    framesPerSecond: FRAMES_PER_SECOND,
    unevenness: UNEVENNESS_MS,
    now,
    drawn(drawing, at) {
      sources[source].drawn.push(at);
      drawing.fillStyle = at % 1000 < BEEP_MS ? '#fff' : '#000';
      drawing.fillRect(WIDTH / 2 - 40, HEIGHT / 2 - 40, 80, 80);
    },
  });
  videoSources.set(track, source);
  // The SDK chooses layers by a size that a track has only once it gave a frame.
  while (track.getSettings().width === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return track;
}

navigator.mediaDevices.getUserMedia = async ({ video, audio } = {}) =>
  new MediaStream([
    ...(video ? [await picture('camera')] : []),
    ...(audio ? [beepingTrack(now, pitch)] : []),
  ]);
navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([await picture('screen')]);

/** Senders of videos say what they send, before they have anything to send. */
function listen(connection: RTCPeerConnection): void {
  const add = connection.addTransceiver.bind(connection);
  connection.addTransceiver = (track, init) => {
    const transceiver = add(track, init);
    const source = typeof track === 'string' ? undefined : videoSources.get(track);
    if (source !== undefined) {
      const worker = new Worker(URL.createObjectURL(new Blob([TELL])));
      worker.onmessage = ({ data }: MessageEvent<SentFrame>) => sources[source].encoded.push(data);
      Object.assign(transceiver.sender, { transform: new RTCRtpScriptTransform(worker) });
    }
    return transceiver;
  };
}
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    listen(this);
  }
};

const { watch: watched } = globalThis as unknown as { watch: { connections: RTCPeerConnection[] } };
let current: Call | undefined;

const probe: ProbePageApi = {
  async join({ room, name, pitch: hertz }) {
    pitch = hertz;
    current = await connect(location.origin, { room, name });
  },
  call() {
    if (current === undefined) throw new Error('join first');
    return current;
  },
  sent: () => sources,
  async setLargestLayer(on) {
    for (const sender of watched.connections.flatMap((connection) => connection.getSenders())) {
      if (sender.track === null || videoSources.get(sender.track) !== 'camera') continue;
      const parameters = sender.getParameters();
      const largest = parameters.encodings.at(-1);
      if (parameters.encodings.length < 2 || largest === undefined) throw new Error('there are no layers');
      largest.active = on;
      await sender.setParameters(parameters);
    }
  },
};

Object.assign(globalThis, { probe });
