import type { Grants } from '@parley/protocol/grants';
import type { SendOptions } from '@parley/sdp/send-parameters';
import type { Logger } from 'pino';
import type { TrafficLedger } from '../telemetry/traffic-ledger.ts';
import type { RoomRouter } from '../workers/media-worker.ts';

/** What the configuration says about media. */
export interface MediaSettings {
  /** Most bit/s a participant may send on a PeerConnection. */
  maxBitrate: number;
  /** bit/s that estimates do not fall below, either way; 0 for no such floor. Never above {@link maxBitrate}. */
  minBitrate: number;
  /** Whether lost packets are asked for again, either way. */
  nack: boolean;
  send: SendOptions;
}

/** Which session: whose, and which of theirs. */
export interface SessionId {
  participantId: string;
  /** Counts the participant's sessions; a higher one makes lower ones void. */
  session: number;
}

/** What a session and its parts know about the world: their room's router, and who they are for. */
export interface SessionContext extends SessionId {
  roomId: string;
  grants: Grants;
  router: RoomRouter;
  settings: MediaSettings;
  ledger: TrafficLedger;
  logger: Logger;
}
