// Runs in the browser, beside page/watch.js: somebody in a call through the SDK, and what happens to them.
import type { Call } from '@parley/client/call';
import type { CallEvents } from '@parley/client/call-events';
import { connect } from '@parley/client/connect';
import { listDevices } from '@parley/client/devices';
import type { RemoteTrack } from '@parley/client/subscriber';

export interface SdkJoin {
  room: string;
  name: string;
  autoSubscribe?: boolean;
  /** Whether videos are attached, and so sent as they are seen; large, over the whole page, until a test moves them. */
  attach?: boolean;
  /** See `connect()`. */
  adaptiveStream?: boolean;
}

/** Something the application heard. Times are milliseconds since the epoch: the same clock for all pages of a machine. */
export interface SdkEvent {
  at: number;
  name: keyof CallEvents;
  /** The plane, code or reason, where it has one. */
  what: string;
}

/** How somebody's call is now. Others are called by name, tracks `NAME SOURCE`: ids are other ones after a loss. */
export interface SdkState {
  state: Call['state'];
  participantId: string;
  /** What is published as the room tells it, one's own included, `muted` behind it where it is. */
  published: string[];
  /** What arrives here. */
  receiving: string[];
  /** When frames of a track had been decoded, since the epoch, ms, as asked every 200 ms. */
  frames: Record<string, number[]>;
  events: SdkEvent[];
  /** Whether one's own camera's track lives. */
  cameraLives: boolean;
}

/** A video that arrives. */
export interface ReceivedVideo {
  name: string;
  /** Whether any of its element is on the screen. */
  visible: boolean;
  bytes: number;
  width: number;
  height: number;
}

/** What the page offers to Playwright. */
export interface SdkPageApi {
  join(options: SdkJoin): Promise<void>;
  call(): Call;
  listDevices: typeof listDevices;
  state(): SdkState;
  /** Shares a small picture as a screen. */
  share(): Promise<void>;
  trackId(name: string, source: string): string;
  videos(): Promise<ReceivedVideo[]>;
}

const { watch: watched } = globalThis as unknown as { watch: { connections: RTCPeerConnection[] } };

const TOLD = [
  'reconnecting',
  'reconnected',
  'track',
  'track-removed',
  'participant-left',
  'participant-joined',
  'device-changed',
  'local-changed',
  'waiting',
  'error',
  'closed',
] as const satisfies readonly (keyof CallEvents)[];

/** A busy machine decodes frames that it does not come to show, so what is decoded is asked for, ms. */
const SAMPLE_MS = 200;
/** Frames that are remembered of each track. */
const MOST_FRAMES = 5000;

let current: Call | undefined;
const events: SdkEvent[] = [];
const frames: Record<string, number[]> = {};

function call(): Call {
  if (current === undefined) throw new Error('join first');
  return current;
}

const nameOf = (participantId: string) => call().participants.get(participantId)?.name ?? participantId;

/** Plays a track: what nobody plays is not decoded. */
function play({ kind, track, trackId, participantId, source }: RemoteTrack, attach: boolean): void {
  const element = document.createElement(kind);
  element.autoplay = element.muted = true;
  element.title = `${nameOf(participantId)} ${source}`;
  Object.assign(element.style, { position: 'fixed', top: 0, left: 0, width: '1280px', height: '720px' });
  if (attach) call().attach(trackId, element);
  else element.srcObject = new MediaStream([track]);
  document.body.append(element);
  call().on('track-removed', (gone) => gone.track === track && element.remove());
}

/** Frames decoded so far, by track identifier. */
const decoded = new Map<string, number>();

async function statistics(): Promise<{ trackIdentifier?: string; [member: string]: unknown }[]> {
  const open = watched.connections.filter(({ signalingState }) => signalingState !== 'closed');
  return (await Promise.all(open.map((one) => one.getStats()))).flatMap((one) => [...one.values()]);
}

async function sample(): Promise<void> {
  const stats = await statistics();
  for (const { kind, participantId, source, track } of call().remoteTracks.values()) {
    if (kind !== 'video') continue;
    const { framesDecoded } = stats.find((one) => one.trackIdentifier === track.id) ?? {};
    const more = Number(framesDecoded ?? 0) - (decoded.get(track.id) ?? 0);
    decoded.set(track.id, Number(framesDecoded ?? 0));
    const name = `${nameOf(participantId)} ${source}`;
    const times = frames[name] ?? [];
    frames[name] = times;
    for (let count = 0; count < more; count++) times.push(Date.now());
    times.splice(0, times.length - MOST_FRAMES);
  }
}

function detail(event: unknown): string {
  if (typeof event !== 'object' || event === null) return '';
  for (const key of ['plane', 'code', 'source', 'reason'] as const) {
    if (key in event) return String((event as Record<string, unknown>)[key]);
  }
  return '';
}

const sdk: SdkPageApi = {
  async join({ room, name, attach = false, ...options }) {
    current = await connect(location.origin, { room, name, ...options });
    for (const name of TOLD) {
      current.on(name, (event) => events.push({ at: Date.now(), name, what: detail(event) }));
    }
    current.on('track', (track) => play(track, attach));
    setInterval(() => void sample(), SAMPLE_MS);
  },
  call,
  listDevices,
  state() {
    const { state, participantId, participants, remoteTracks, localTracks } = call();
    return {
      state,
      participantId,
      published: [...participants.values()]
        .flatMap(({ name, tracks }) =>
          tracks.map(({ source, muted }) => `${name} ${source}${muted ? ' muted' : ''}`),
        )
        .sort(),
      receiving: [...remoteTracks.values()]
        .map(({ participantId, source }) => `${nameOf(participantId)} ${source}`)
        .sort(),
      frames,
      events,
      cameraLives: localTracks.get('camera')?.track?.readyState === 'live',
    };
  },
  async share() {
    const canvas = document.createElement('canvas');
    const picture = canvas.getContext('2d');
    setInterval(() => {
      if (picture === null) return;
      picture.fillStyle = `hsl(${Date.now() / 20} 80% 50%)`;
      picture.fillRect(0, 0, canvas.width, canvas.height);
    }, 200);
    const [track] = canvas.captureStream(5).getVideoTracks();
    if (track === undefined) throw new Error('the canvas gives no track');
    await call().publish('screen', track);
  },
  trackId(name, source) {
    for (const { name: its, tracks } of call().participants.values()) {
      const track = its === name ? tracks.find((one) => one.source === source) : undefined;
      if (track !== undefined) return track.trackId;
    }
    throw new Error(`${name} publishes no ${source}`);
  },
  async videos() {
    const stats = await statistics();
    const remote = [...call().remoteTracks.values()].filter(({ kind }) => kind === 'video');
    return remote.map(({ participantId, source, track }) => {
      const name = nameOf(participantId);
      const element = document.querySelector(`[title="${name} ${source}"]`);
      const { top, bottom } = element?.getBoundingClientRect() ?? { top: -1, bottom: -1 };
      const inbound = stats.find((one) => one.type === 'inbound-rtp' && one.trackIdentifier === track.id);
      const { bytesReceived: bytes = 0, frameWidth: width = 0, frameHeight: height = 0 } = inbound ?? {};
      const visible = bottom > 0 && top < innerHeight;
      return { name, visible, bytes: Number(bytes), width: Number(width), height: Number(height) };
    });
  },
};

Object.assign(globalThis, { sdk });
