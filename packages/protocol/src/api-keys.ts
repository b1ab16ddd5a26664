import { ApiKeyId, ApiKeySecret } from './access-token.ts';
import { ConfigError } from './config/load-config.ts';

/** Secrets of API keys by the keys' ids, in the order in which they were written. */
export type ApiKeys = ReadonlyMap<string, string>;

/** An API key. */
export interface ApiKey {
  /** Public: `iss` of what it signs. */
  id: string;
  /** Known to the edge and the customer's servers. */
  secret: string;
}

/** The key with which the edge signs. */
export function firstKey(keys: ApiKeys): ApiKey | undefined {
  for (const [id, secret] of keys) return { id, secret };
  return undefined;
}

/**
 * Reads API keys written as `id:secret,id2:secret2`, the form of the Worker's secret `PARLEY_API_KEYS`. White space around
 * ids and secrets does not count.
 *
 * @throws {ConfigError} naming which of them is wrong and how, never what stands there: it may be a secret
 */
export function parseApiKeys(text: string | undefined): ApiKeys {
  const keys = new Map<string, string>();
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    // Nothing at all, or a comma at the end.
    if (entry === '' && index === entries.length - 1) continue;
    const wrong = (what: string) => new ConfigError(`PARLEY_API_KEYS: key ${index + 1}: ${what}`);
    const colon = entry.indexOf(':');
    if (colon === -1) throw wrong('must be id:secret; several stand apart by commas');
    const id = ApiKeyId.safeParse(entry.slice(0, colon).trim());
    if (!id.success) throw wrong(`the id before the colon ${id.error.issues[0]?.message}`);
    const secret = ApiKeySecret.safeParse(entry.slice(colon + 1).trim());
    if (!secret.success) {
      throw wrong(
        `the secret behind the colon ${secret.error.issues[0]?.message}; \`pnpm api-key\` makes one`,
      );
    }
    if (keys.has(id.data)) throw wrong('its id stands there twice; give each key an id of its own');
    keys.set(id.data, secret.data);
  }
  return keys;
}
