export { AudioTrack, type AudioTrackProps } from './audio-track.tsx';
export type { ChatEntry } from './chat-log.ts';
export type { Connection } from './connector.ts';
export { ParleyProvider, type ParleyProviderProps, useCall } from './parley-provider.tsx';
export type { DeviceState, PreviewState } from './preview-state.ts';
export { RoomAudio, type RoomAudioProps } from './room-audio.tsx';
export type { Tile } from './tiles.ts';
export { useAudioLevel } from './use-audio-level.ts';
export {
  useActiveSpeakers,
  useCallState,
  useConnectionQuality,
  useDominantSpeaker,
  useGrants,
  useLobby,
  useLocalTracks,
  useParticipants,
  useRecording,
  useRemoteTracks,
  useRoom,
  useSpeaking,
} from './use-call.ts';
export { type Chat, useChat } from './use-chat.ts';
export { type ConnectionControls, useConnect } from './use-connect.ts';
export { useDevices } from './use-devices.ts';
export { type Preview, type PreviewDevice, usePreview } from './use-preview.ts';
export { useStats } from './use-stats.ts';
export { useTiles } from './use-tiles.ts';
export { VideoTrack, type VideoTrackProps } from './video-track.tsx';
