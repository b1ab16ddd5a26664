import type { AccessTokenClaims } from '@parley/protocol/access-token';
import type { ApiKey } from '@parley/protocol/api-keys';
import type { GrantsChange } from '@parley/protocol/grants';
import { SignJWT } from 'jose';

export interface TokenOptions {
  /** As `pnpm api-key` makes it. The secret stays on your server. */
  apiKey: ApiKey;
  /** Your own id of the person, 1–128 characters: whoever joins again under it replaces its old self. */
  identity: string;
  /** What the others see, 1–100 characters; without it the client says. */
  name?: string;
  /** The room's id; `*` for any. */
  room: string;
  /** What is left out: publish every source, subscribe, data; neither record nor moderate. */
  grants?: GrantsChange;
  /** Seconds in which it can be used to join; a call goes on after them. Default 600. */
  ttlSeconds?: number;
}

export interface ApiTokenOptions {
  apiKey: ApiKey;
  /** Seconds in which it can be used. Default 60. */
  ttlSeconds?: number;
}

/** Makes an access token with which one person joins one room. */
export function mintToken(options: TokenOptions): Promise<string> {
  const { apiKey, identity, name, room, grants, ttlSeconds = 600 } = options;
  const claims = { sub: identity, room, ...(name !== undefined && { name }), ...(grants && { grants }) };
  return sign(apiKey, claims, ttlSeconds);
}

/** Makes a token that opens the whole API. It never leaves your servers. */
export function mintApiToken({ apiKey, ttlSeconds = 60 }: ApiTokenOptions): Promise<string> {
  return sign(apiKey, { api: true }, ttlSeconds);
}

function sign(
  { id, secret }: ApiKey,
  claims: Omit<AccessTokenClaims, 'iss' | 'exp'>,
  ttlSeconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims, iss: id, iat: now, exp: now + ttlSeconds })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}
