import type { Grants } from '@parley/protocol/grants';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { SendOptions } from '@parley/sdp/send-parameters';
import type { Logger } from 'pino';
import type { DataHub } from '../data/data-hub.ts';
import type { TrackPipes } from '../pipes/track-pipes.ts';
import type { TrackRates } from '../quality/track-rates.ts';
import type { LayerBox } from '../quality/view-layer.ts';
import type { RoomSpeakers } from '../speakers/room-speakers.ts';
import type { TrafficLedger } from '../telemetry/traffic-ledger.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { Repair } from '../workers/router-codecs.ts';
import type { SessionMeter } from './session-meter.ts';

/** A simulcast layer of cameras. */
export interface CameraLayer extends LayerBox {
  /** Most bit/s. */
  bitrate: number;
}

/** What the configuration says about media. */
export interface MediaSettings {
  /** Most bit/s a participant may send on a PeerConnection. */
  maxBitrate: number;
  /** bit/s that estimates do not fall below, either way; 0 for no such floor. Never above {@link maxBitrate}. */
  minBitrate: number;
  /** Most bit/s a participant is sent; 0 for no such bound. */
  maxReceiveBitrate: number;
  /** bit/s where the estimate towards a participant starts, and where publishers' encoders do. */
  startBitrate: number;
  publishStartBitrate: number;
  /** The layers of cameras, ascending. */
  layers: readonly CameraLayer[];
  /** How lost packets are healed, either way. */
  repair: Repair;
  send: SendOptions;
}

/** Which session: whose, and which of theirs. */
export interface SessionId {
  participantId: string;
  /** Counts the participant's sessions; a higher one makes lower ones void. */
  session: number;
}

/** Takes how long things took, seconds. */
export interface SessionTimings {
  /** From the opening of a session to its first transport that is connected, by ICE and DTLS. */
  joined(seconds: number): void;
  /** From an offer to its answer: one that came to the answer that was sent, or one that was sent to the answer that was applied. */
  negotiated(offerer: 'client' | 'server', seconds: number): void;
}

/** What a session and its parts know about the world: their router, and who they are for. */
export interface SessionContext extends SessionId {
  roomId: string;
  grants: Grants;
  /** Where all of its transports are. The room may have others. */
  router: RoomRouter;
  /** The room's. */
  pipes: TrackPipes;
  settings: MediaSettings;
  ledger: TrafficLedger;
  timings: SessionTimings;
  /** The room's. */
  data: DataHub;
  /** The room's. */
  speakers: RoomSpeakers;
  rates: TrackRates;
  room: { readonly options: RoomMediaOptions };
  /** Of this session. */
  meter: SessionMeter;
  /** Says with each line which session it is about. */
  logger: Logger;
}
