import { env } from 'cloudflare:workers';
import { firstKey } from '@parley/protocol/api-keys';
import { authentication } from './access/authentication.ts';
import { mediaSettings } from './media-settings.ts';
import { readConfig } from './read-config.ts';
import { Residency } from './residency/residency.ts';
import { turnService } from './turn/turn-service.ts';
import { webhookService } from './webhooks/webhook-service.ts';

const config = readConfig({ ...env });

/** `infra/config/webrtc.yaml` with its overrides. A wrong value stops the Worker from starting. */
export const webrtcConfig = config.webrtc;

/** `infra/config/media.yaml` with its overrides. */
export const mediaConfig = config.media;

/** The region whose nodes serve rooms that are pinned nowhere. */
export const region = env.PARLEY_REGION || 'default';

export const residency = new Residency(region, webrtcConfig.residency);

/** The TURN servers that take credentials of the edge's making, if any. URLs without a secret stop the Worker from starting. */
export const turn = turnService(webrtcConfig.webrtc.turn, env.PARLEY_TURN_SECRET);

/** Whose access tokens count, and whether one is needed. Unusable keys, or none where they are needed, stop the Worker from starting. */
export const accessSettings = authentication(webrtcConfig, env.PARLEY_API_KEYS);

/** Where events are posted, if anywhere, signed with the first API key. URLs without one stop the Worker from starting. */
export const webhooks = webhookService(webrtcConfig.webhooks.urls, firstKey(accessSettings.issuers.keys));

/** What `joined` tells clients about media; each gets TURN credentials of its own beside it. */
export const clientMediaSettings = mediaSettings(webrtcConfig, mediaConfig);
