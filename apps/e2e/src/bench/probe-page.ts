// Runs in the browser, beside page/watch.js: joins a room through the SDK and says when what was there.
import type { Call } from '@parley/client/call';
import { connect } from '@parley/client/connect';
import type { RemoteTrack } from '@parley/client/subscriber';
import type { JoinTimes, Phase } from './join-phases.ts';

export interface ProbeOptions {
  room: string;
  carrier: 'auto' | 'relay';
  /** Width of the publisher's top layer, pixels. */
  topWidth: number;
  /** Most milliseconds for everything. */
  patience: number;
}

/** What one join came to. */
export interface ProbeReport {
  participantId: string;
  times: JoinTimes;
  /** Width of the first picture, pixels. */
  firstWidth: number;
}

/** What the page offers to Playwright. */
export interface Probe {
  /** Joins, and waits for the top layer of somebody's camera. Rejects with what it waits for when it does not come. */
  watch(options: ProbeOptions): Promise<ProbeReport>;
  /** Joins and sends the camera. */
  publish(room: string): Promise<void>;
}

interface Watched {
  connections: RTCPeerConnection[];
  messages: { at: number; direction: 'in' | 'out'; text: string }[];
  marks: { at: number; what: string; of: RTCPeerConnection | WebSocket }[];
}

const { watch: watched } = globalThis as unknown as { watch: Watched };

let call: Call | undefined;

const probe: Probe = {
  async watch({ room, carrier, topWidth, patience }) {
    const pressed = performance.now();
    const times: JoinTimes = {};
    const note = (phase: Phase, at: number | undefined) => {
      if (at !== undefined) times[phase] ??= at - pressed;
    };
    let firstWidth = 0;
    const top = Promise.withResolvers<void>();
    const camera = Promise.withResolvers<RemoteTrack>();
    setTimeout(() => {
      top.reject(new Error(`no top layer within ${patience} ms; so far ${JSON.stringify(times)}`));
    }, patience);

    call = await connect(location.origin, { room, name: 'Probe', carrier });
    call.on('error', ({ code, message }) => top.reject(new Error(`${code}: ${message}`)));
    call.on('track', (track) => {
      if (track.source === 'camera') camera.resolve(track);
    });
    void camera.promise.then(({ track }) => {
      const video = document.createElement('video');
      video.muted = video.autoplay = true;
      video.srcObject = new MediaStream([track]);
      document.body.append(video);
      const shown = (_: number, { width, receiveTime }: VideoFrameCallbackMetadata) => {
        firstWidth ||= width;
        note('key frame came', receiveTime);
        const now = performance.now();
        note('first frame shown', now);
        if (width < topWidth) {
          video.requestVideoFrameCallback(shown);
          return;
        }
        note('top layer shown', now);
        top.resolve();
      };
      video.requestVideoFrameCallback(shown);
      // Chromium unmutes a track when its first packet comes.
      track.addEventListener('unmute', () => note('first packet', performance.now()), { once: true });
      if (!track.muted) note('first packet', performance.now());
    });
    await top.promise;

    const media = watched.connections.find((one) => one.remoteDescription?.type === 'offer');
    const state = (what: string) => watched.marks.find((mark) => mark.of === media && mark.what === what)?.at;
    note('ICE connected', state('ice connected') ?? state('ice completed'));
    note('DTLS connected', state('connected'));
    const opened = watched.marks.filter(({ what }) => what === 'open');
    note('socket open', opened[0]?.at);
    note('direct socket open', opened[1]?.at);
    const parsed = watched.messages
      .filter(({ text }) => text.startsWith('{'))
      .map(({ text, ...when }) => ({ ...when, message: JSON.parse(text) as Message }));
    const when = (type: string, fits: (message: Message) => boolean = () => true) =>
      parsed.find(({ message }) => message.type === type && fits(message));
    note('joined', when('joined')?.at);
    note('media-session', when('media-session')?.at);
    const offer = when('offer', ({ tracks = [] }) => tracks.some(({ source }) => source === 'camera'));
    note('offer came', offer?.at);
    note('answer sent', when('answer', ({ offerId }) => offerId === offer?.message.offerId)?.at);
    return { participantId: call.participantId, times, firstWidth };
  },

  async publish(room) {
    call = await connect(location.origin, { room, name: 'Camera' });
    await call.setCameraEnabled(true);
  },
};

interface Message {
  type: string;
  offerId?: string;
  tracks?: { source: string }[];
}

Object.assign(globalThis, { probe });
