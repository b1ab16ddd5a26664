import { env } from 'cloudflare:workers';
import { mediaSettings } from './media-settings.ts';
import { readConfig } from './read-config.ts';
import { turnService } from './turn/turn-service.ts';
import { firstApiKey } from './webhooks/first-api-key.ts';
import { webhookService } from './webhooks/webhook-service.ts';

const config = readConfig({ ...env });

/** `infra/config/webrtc.yaml` with its overrides. A wrong value stops the Worker from starting. */
export const webrtcConfig = config.webrtc;

/** `infra/config/media.yaml` with its overrides. */
export const mediaConfig = config.media;

/** The region whose nodes serve the rooms. */
export const region = env.PARLEY_REGION || 'default';

/** The TURN servers that take credentials of the edge's making, if any. URLs without a secret stop the Worker from starting. */
export const turn = turnService(webrtcConfig.webrtc.turn, env.PARLEY_TURN_SECRET);

/** Where events are posted, if anywhere. URLs without an API key stop the Worker from starting. */
export const webhooks = webhookService(webrtcConfig.webhooks.urls, firstApiKey(env.PARLEY_API_KEYS));

/** What `joined` tells clients about media; each gets TURN credentials of its own beside it. */
export const clientMediaSettings = mediaSettings(webrtcConfig, mediaConfig);
