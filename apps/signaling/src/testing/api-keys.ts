import { env } from 'cloudflare:workers';
import { parseApiKeys } from '@parley/protocol/api-keys';

const keys = parseApiKeys(env.PARLEY_API_KEYS);

/** Two API keys of the Worker under test, as in a rotation. */
export const OLD_KEY = { id: 'old', secret: keys.get('old') ?? '' };
export const NEW_KEY = { id: 'new', secret: keys.get('new') ?? '' };
