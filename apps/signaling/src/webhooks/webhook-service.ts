import { ConfigError } from '@parley/protocol/config/load-config';

/** Where events are posted, and the key that signs them. */
export interface WebhookService {
  readonly urls: readonly string[];
  readonly key: SigningApiKey;
}

/** An API key; the secret never leaves the edge. */
export interface SigningApiKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * The webhooks that are configured, if any.
 *
 * @param key the first API key
 * @throws {ConfigError} when there are URLs and no key
 */
export function webhookService(
  urls: readonly string[],
  key: SigningApiKey | undefined,
): WebhookService | undefined {
  if (urls.length === 0) return undefined;
  if (key === undefined) {
    throw new ConfigError(
      'infra/config/webrtc.yaml: webhooks.urls: needs an API key to sign with; run ' +
        '`wrangler secret put PARLEY_API_KEYS` and enter id:secret, or leave the URLs out',
    );
  }
  return { urls: [...new Set(urls)], key };
}
