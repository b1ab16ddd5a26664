import { byPriority, type MediaConfig } from '@parley/protocol/config/media-config';
import type { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import type { ClientMediaSettings } from '@parley/protocol/server-messages';

/** What `joined` tells clients about media. */
export function mediaSettings({ webrtc }: WebrtcConfig, { video, audio }: MediaConfig): ClientMediaSettings {
  return {
    iceServers: webrtc.ice_servers,
    simulcast: webrtc.simulcast,
    layers: video.layers,
    resolution: video.resolutions.preferred,
    audio: {
      echoCancellation: audio.processing.echo_cancellation,
      noiseSuppression: audio.processing.noise_suppression,
      autoGainControl: audio.processing.auto_gain_control,
      stereo: audio.opus.stereo,
    },
    codecs: byPriority(video.codecs),
    maxBitrate: webrtc.max_bitrate,
    jitterBuffer: { targetMs: webrtc.jitter_buffer_target, maxMs: webrtc.jitter_buffer_max },
  };
}
