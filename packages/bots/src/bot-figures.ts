import type { SignallingCounts } from './bot-socket.ts';
import type { ReceivedTrack } from './received-track.ts';

/** How a bot came back to its room: the missed events were told, or everything, or it is a new participant. */
export interface Reconnect {
  how: 'resumed' | 'told-all' | 'anew';
  /** How often it tried to open a socket. */
  attempts: number;
  /** From the loss until it tried to open the socket that came about. */
  triedMs: number;
  /** From the loss until the Room's answer to `join`. */
  ms: number;
}

/** What came of one track. */
export interface TrackFigures {
  trackId: string;
  participantId: string;
  kind: 'audio' | 'video';
  packets: number;
  bytes: number;
  lost: number;
  /** From the bot's first `join` to the first packet. */
  firstPacketMs: number | undefined;
  /** The longest time between two packets. */
  longestPauseMs: number;
}

/** What a bot was offered. */
export interface OfferFigures {
  offers: number;
  /** Over all offers. */
  tracks: number;
  /** Of the SDP, over all offers. */
  bytes: number;
}

/** What has come to pass with one bot; plain data, that goes between processes. */
export interface BotFigures {
  name: string;
  isReady: boolean;
  /** Why it is out for good. */
  ended: string | undefined;
  problems: string[];
  session: number | undefined;
  /** From `join` to `joined`. */
  joinMs: number | undefined;
  sentPackets: number;
  /** Payload bytes of each layer of its camera in the present media session, lowest first. */
  sentLayers: number[];
  offered: OfferFigures;
  tracks: TrackFigures[];
  reconnects: Reconnect[];
  signalling: { room: SignallingCounts; direct: SignallingCounts };
}

/** @param start when the bot sent its first `join` */
export function trackFigures(track: ReceivedTrack, start: number | undefined): TrackFigures {
  const { trackId, participantId, kind, packets, bytes, lost, firstPacketAt, longestPause } = track;
  const firstPacketMs =
    start === undefined || firstPacketAt === undefined ? undefined : firstPacketAt - start;
  return { trackId, participantId, kind, packets, bytes, lost, firstPacketMs, longestPauseMs: longestPause };
}
