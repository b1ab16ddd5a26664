/**
 * The public API: what `import … from '@parley/client'` offers.
 *
 * @module
 */
export type { ErrorCode } from '@parley/protocol/errors';
export type { Grants, Source } from '@parley/protocol/grants';
export type { LobbyGuest, ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
export type { ActiveRecording, ClientMediaSettings, LeaveReason } from '@parley/protocol/server-messages';
export type { ActiveSpeaker, Speakers } from '@parley/protocol/speakers';
export type { MediaKind, Quality, Track } from '@parley/protocol/track';
export { AudioMeter } from './audio-meter.ts';
export { fullJitter, type RetryPolicy } from './backoff.ts';
export type { Call } from './call.ts';
export { CallError, type CallErrorOptions, type ClientErrorCode } from './call-error.ts';
export type { CallEnd, CallEvents, CallState, ChatMessage, QualityChange } from './call-events.ts';
export type { CallStats, ConnectionStats, ReceivedStats, SentStats, StreamStats } from './call-stats.ts';
export {
  type CapturedDevices,
  type CapturePairSettings,
  type CaptureSettings,
  captureCamera,
  captureDevices,
  captureMicrophone,
  captureScreen,
  type DeviceChoice,
  type FacingMode,
  type ScreenContent,
  type ScreenSettings,
} from './capture.ts';
export type { CaptureDevice } from './capture-error.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { ConnectionQuality } from './connection-quality.ts';
export type { DataMessage, DataOptions } from './data-messages.ts';
export {
  canChooseSpeaker,
  listDevices,
  type MediaDevice,
  type MediaDeviceLists,
  oppositeFacing,
  useSpeaker,
  watchDevices,
} from './devices.ts';
export type { ViewSize } from './element-view.ts';
export type { Emitter, Listener } from './emitter.ts';
export type { Device, DeviceChange } from './local-devices.ts';
export type { LocalTrack, LocalTracks } from './local-tracks.ts';
export type { Plane } from './outages.ts';
export type { RoomParticipant, RoomTrack, Roster } from './roster.ts';
export type { Token } from './signaling.ts';
export type { RoomSettings } from './standing.ts';
export type { PauseReason, RemoteTrack } from './subscriber.ts';
