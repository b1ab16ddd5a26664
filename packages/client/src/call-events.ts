import type { Grants } from '@parley/protocol/grants';
import type { LobbyGuest, ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import type {
  ActiveRecording,
  LeaveReason,
  QualityChanged,
  ServerMessage,
} from '@parley/protocol/server-messages';
import type { Speakers } from '@parley/protocol/speakers';
import type { CallError } from './call-error.ts';
import type { CallStats } from './call-stats.ts';
import type { ConnectionQuality } from './connection-quality.ts';
import type { DataMessage } from './data-messages.ts';
import type { DeviceChange } from './local-devices.ts';
import type { LocalTracks } from './local-tracks.ts';
import type { Plane } from './outages.ts';
import type { RoomParticipant, RoomTrack, Roster } from './roster.ts';
import type { RoomSettings } from './standing.ts';
import type { RemoteTrack } from './subscriber.ts';

/** A text to everybody, one's own included. */
export type ChatMessage = Omit<Extract<ServerMessage, { type: 'chat' }>, 'type' | 'roomId' | 'seq'>;

/** What a wish for a quality came to; also told when the server's load changes that. */
export type QualityChange = Omit<QualityChanged, 'type' | 'roomId'>;

/** Whether everything works, something is lost and being recovered, or the call is over. */
export type CallState = 'connected' | 'reconnecting' | 'ended';

/** Why a call is over. */
export type CallEnd =
  /** `leave()` was called, or the page was left. */
  | { readonly reason: 'left' }
  /** A moderator removed one, for now or for a while; or one's identity has joined from elsewhere. */
  | { readonly reason: 'kicked' | 'banned' | 'replaced' }
  /** Somebody closed the room, or nobody was in it for long. */
  | { readonly reason: 'room-closed'; readonly why: 'deleted' | 'idle' }
  /** The server let nobody in again, or could not be reached for too long; `code` and `detail` are what was said. */
  | { readonly reason: 'connection-lost'; readonly code: CallError['code']; readonly detail: string };

/** What a {@link Call} tells, by the event's name. */
export interface CallEvents {
  'participant-joined': RoomParticipant;
  'participant-left': { participant: RoomParticipant; reason: LeaveReason };
  'track-published': { participantId: string; track: RoomTrack };
  'track-unpublished': { participantId: string; trackId: string };
  'track-muted': { participantId: string; trackId: string; muted: boolean };
  'participant-renamed': { participantId: string; name: string };
  'moderator-changed': { participantId: string; moderator: boolean };
  /** After any of the above: `call.participants` is another map. */
  'participants-changed': Roster;
  /** A remote track can be played. */
  track: RemoteTrack;
  /** A remote track is over. */
  'track-removed': RemoteTrack;
  /** `call.localTracks` is another map: one's own camera, microphone or screen went on or off. */
  'local-changed': LocalTracks;
  /**
   * Who speaks, oneself included, at most five times a second: read from what arrives, so it costs the server nothing
   * and neither does it here while nobody listens to this event.
   */
  'active-speakers': Speakers;
  /** A measurement, once a second while somebody listens to this event; `call.stats` has those before. */
  stats: CallStats;
  /**
   * Somebody comes through better or worse, oneself included; undefined of whom nothing comes any more that could be
   * judged. Measured while somebody listens to this event;
   * `call.connectionQuality` has everybody's.
   */
  'connection-quality': { participantId: string; quality: ConnectionQuality | undefined };
  /** Another camera or microphone captures: chosen, or in place of one that was unplugged. */
  'device-changed': DeviceChange;
  /** What a wish for a quality came to. */
  'quality-changed': QualityChange;
  chat: ChatMessage;
  /** Somebody else's `sendData()`. They come from when one listens first. */
  data: DataMessage;
  /** `call.grants` are others. What one may no longer publish has stopped: `local-changed` came before. */
  'grants-changed': Grants;
  /** `call.room` is another: its name, size, lock, lobby or metadata. */
  'room-updated': RoomSettings;
  /** `call.lobby` is another; only for who moderates. */
  lobby: readonly LobbyGuest[];
  /** `call.recording` is another: the room is recorded from now on, or no more. */
  'recording-changed': ActiveRecording | undefined;
  /** Who moderated, and how. */
  moderated: { by: ModeratedBy; request: ModerationAction; at: number };
  /** Something failed that no promise tells of. The call goes on. */
  error: CallError;
  /**
   * The way to the room (`signaling`) or sound and picture (`media`) are lost, and are being recovered. What needs the
   * server waits meanwhile.
   */
  reconnecting: { readonly plane: Plane };
  /**
   * One was away for so long that one has to be let in again, by a moderator: `reconnected` or `closed` follows. The call
   * is `reconnecting` meanwhile.
   */
  waiting: undefined;
  /** That is over; events tell what was missed. */
  reconnected: { readonly plane: Plane };
  /** The call is over; the last event. */
  closed: CallEnd;
}
