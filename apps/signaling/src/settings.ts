import { env } from 'cloudflare:workers';
import { loadConfig } from '@parley/protocol/config/load-config';
import { MediaConfig } from '@parley/protocol/config/media-config';
import { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import mediaYaml from '../../../infra/config/media.yaml';
import webrtcYaml from '../../../infra/config/webrtc.yaml';
import { turnService } from './turn/turn-service.ts';

const environment = { ...env };

/** `infra/config/webrtc.yaml` with its overrides. A wrong value stops the Worker from starting. */
export const webrtcConfig = loadConfig(WebrtcConfig, webrtcYaml, 'infra/config/webrtc.yaml', environment);

/** `infra/config/media.yaml` with its overrides. */
export const mediaConfig = loadConfig(MediaConfig, mediaYaml, 'infra/config/media.yaml', environment);

/** The region whose nodes serve the rooms. */
export const region = env.PARLEY_REGION || 'default';

/** The TURN servers that take credentials of the edge's making, if any. URLs without a secret stop the Worker from starting. */
export const turn = turnService(webrtcConfig.webrtc.turn, env.PARLEY_TURN_SECRET);

/** What `joined` tells clients about media; each gets TURN credentials of its own beside it. */
export const clientMediaSettings: ClientMediaSettings = {
  iceServers: webrtcConfig.webrtc.ice_servers,
  simulcast: webrtcConfig.webrtc.simulcast,
  layers: mediaConfig.video.layers,
  resolution: mediaConfig.video.resolutions.preferred,
  audio: {
    echoCancellation: mediaConfig.audio.processing.echo_cancellation,
    noiseSuppression: mediaConfig.audio.processing.noise_suppression,
  },
  maxBitrate: webrtcConfig.webrtc.max_bitrate,
};
