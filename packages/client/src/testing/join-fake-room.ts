import type { Joined, MediaSession } from '@parley/protocol/server-messages';
import { vi } from 'vitest';
import type { Call } from '../call.ts';
import type { CallEvents } from '../call-events.ts';
import { type ConnectOptions, connect } from '../connect.ts';
import { FakeAnalyser, FakeAudioContext } from './fake-audio-context.ts';
import { FakeStream, FakeTrack } from './fake-media.ts';
import { FakePeerConnection } from './fake-peer-connection.ts';
import { FakeSocket } from './fake-socket.ts';

/** What the server says to a first participant. */
export const JOINED: Joined = {
  type: 'joined',
  version: 1,
  roomId: 'room',
  participantId: 'me',
  room: { name: 'room', maxParticipants: 100, createdAt: 0, locked: false, lobby: false, metadata: {} },
  grants: {
    publish: ['camera', 'microphone', 'screen', 'screen-audio'],
    subscribe: true,
    data: true,
    record: true,
    moderate: false,
    maxBitrate: 5_000_000,
  },
  participants: [],
  media: {
    iceServers: [],
    simulcast: true,
    layers: {
      low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 },
      medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
      high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
    },
    resolution: { width: 1280, height: 720 },
    audio: { echoCancellation: true, noiseSuppression: true },
    maxBitrate: 5_000_000,
  },
  seq: 0,
  resumed: false,
  resumeSecret: 'secret',
};

/** How the room tells of a media session over the relay carrier. */
export function relayed(session: number): MediaSession {
  return { type: 'media-session', roomId: 'room', session, carrier: { type: 'relay' } };
}

/** How the room tells of one that the client reaches by itself. */
export function direct(session: number, ticket = 'ticket'): MediaSession {
  const carrier = { type: 'direct', url: 'wss://node', ticket } as const;
  return { type: 'media-session', roomId: 'room', session, carrier };
}

/** Puts fakes in place of what a browser has; `vi.unstubAllGlobals()` takes them away. */
export function stubBrowser(): void {
  FakePeerConnection.all = [];
  FakeSocket.all = [];
  FakeSocket.seq = 0;
  FakeAudioContext.open = 0;
  FakeAnalyser.amplitude = 0;
  vi.stubGlobal('AudioContext', FakeAudioContext);
  vi.stubGlobal('AnalyserNode', FakeAnalyser);
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('RTCPeerConnection', FakePeerConnection);
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('navigator', {
    mediaDevices: {
      getUserMedia: async ({ video }: MediaStreamConstraints) =>
        new FakeStream([new FakeTrack(video === undefined ? 'audio' : 'video')]),
      getDisplayMedia: async () => new FakeStream([new FakeTrack('video'), new FakeTrack('audio')]),
    },
  });
}

export interface FakeRoom {
  readonly call: Call;
  readonly socket: FakeSocket;
  /** The send and the receive PeerConnection. */
  readonly publisher: FakePeerConnection;
  readonly subscriber: FakePeerConnection;
  /** The events so far, by name. */
  readonly heard: { readonly name: keyof CallEvents; readonly event: unknown }[];
}

/** Joins a room in which a test plays the server. A media session is there at once, by relay unless told otherwise. */
export async function joinFakeRoom(
  joined: Partial<Joined> = {},
  session: MediaSession = relayed(1),
  options: Partial<ConnectOptions> = {},
): Promise<FakeRoom> {
  const connecting = connect('http://server', { room: 'room', name: ' Me ', ...options });
  const socket = FakeSocket.last;
  if (socket === undefined) throw new Error('connect() opened no socket');
  socket.open();
  socket.receive({ ...JOINED, ...joined });
  const call = await connecting;
  socket.receive(session);
  socket.sent();
  const [publisher, subscriber] = FakePeerConnection.all;
  if (publisher === undefined || subscriber === undefined) throw new Error('a call has two PeerConnections');
  const heard: FakeRoom['heard'] = [];
  for (const name of HEARD) call.on(name, (event: unknown) => heard.push({ name, event }));
  return { call, socket, publisher, subscriber, heard };
}

/** Whether a room hears an event; what is measured only while somebody listens is heard by who tests it. */
const EVENTS = {
  'participant-joined': true,
  'participant-left': true,
  'track-published': true,
  'track-unpublished': true,
  'track-muted': true,
  'participant-renamed': true,
  'moderator-changed': true,
  'grants-changed': true,
  'room-updated': true,
  lobby: true,
  'recording-changed': true,
  moderated: true,
  'participants-changed': true,
  track: true,
  'track-removed': true,
  'local-changed': true,
  'active-speakers': false,
  stats: false,
  'connection-quality': false,
  'device-changed': true,
  'quality-changed': true,
  chat: true,
  error: true,
  waiting: true,
  reconnecting: true,
  reconnected: true,
  closed: true,
  // Who listens to that connects for it.
  data: false,
} satisfies Record<keyof CallEvents, boolean>;
const HEARD = (Object.keys(EVENTS) as (keyof CallEvents)[]).filter((name) => EVENTS[name]);

/** Lets whatever is under way go on as far as it can without the server. */
export async function settle(): Promise<void> {
  // In turns, not in time: on a busy machine one turn may take all of it.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve));
}
