import { firstKey } from '@parley/protocol/api-keys';
import { ParleyError } from '@parley/protocol/errors';
import { CreateTokenRequest, CreateTokenResponse } from '@parley/protocol/rest';
import { mintToken } from '@parley/server/mint-token';
import { tokenMissing } from '../access/authentication.ts';
import { accessSettings } from '../settings.ts';
import { apiRoute, apiRoutes, body, json } from './api-route.ts';

const DEFAULT_TTL_SECONDS = 600;

const create = apiRoute(
  'administer',
  {
    method: 'post',
    path: '/api/tokens',
    operationId: 'createToken',
    tags: ['Tokens'],
    summary: 'Makes an access token for a participant',
    description:
      'For servers without a JWT library; others sign tokens by themselves. Always needs a token with `api`, also where ' +
      '`security.require_auth` is off: what it makes stays valid when that is switched on.',
    security: [{ bearer: [] }, { header: [] }],
    request: { body: body(CreateTokenRequest) },
    responses: { 201: json(CreateTokenResponse, 'The token, signed with the first API key') },
  },
  ['signing_disabled'],
);

/** `/api/tokens`. */
export const tokens = apiRoutes();

tokens.openapi(create, async (c) => {
  const claims = c.get('claims');
  const apiKey = firstKey(accessSettings.issuers.keys);
  if (claims === undefined) {
    const { code, message } = tokenMissing(accessSettings.header);
    throw new ParleyError(code, message);
  }
  if (!claims.api) throw new ParleyError('token_insufficient', 'This needs a token with api: true.');
  if (apiKey === undefined) {
    const message =
      'This server has no API key to sign with; set PARLEY_API_KEYS, or let your issuer make it.';
    throw new ParleyError('signing_disabled', message);
  }
  const { identity, room, name, grants, ttlSeconds = DEFAULT_TTL_SECONDS } = c.req.valid('json');
  const expiresAt = (Math.floor(Date.now() / 1000) + ttlSeconds) * 1000;
  const options = { ...(name !== undefined && { name }), ...(grants !== undefined && { grants }) };
  const token = await mintToken({ apiKey, identity, room, ttlSeconds, ...options });
  return c.json({ token, expiresAt }, 201);
});
