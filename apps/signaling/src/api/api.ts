import { ParleyError } from '@parley/protocol/errors';
import { bodyLimit } from 'hono/body-limit';
import { apiRoutes } from './api-route.ts';
import { moderation } from './moderation.ts';
import { documentApi } from './openapi.ts';
import { recordings } from './recordings.ts';
import { rooms } from './rooms.ts';
import { tokens } from './tokens.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** The REST API, `/api/…`, with its document. */
export const api = apiRoutes();

api.use(
  '/api/*',
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new ParleyError(
        'message_too_large',
        `A request body may have ${MAX_BODY_BYTES} bytes at the most.`,
      );
    },
  }),
);
api.use('/api/*', async (c, next) => {
  const type = c.req.header('Content-Type');
  // Without a type there is no body, or one that nobody can read; an empty one may have any.
  const isJson =
    type === undefined ? !hasBody(c.req.raw) : /^application\/([a-z.-]+\+)?json\s*(;|$)/i.test(type);
  if (!isJson && hasBody(c.req.raw)) {
    throw new ParleyError(
      'unsupported_media_type',
      'Send the body as JSON, with Content-Type: application/json.',
    );
  }
  await next();
});

api.route('/', rooms);
api.route('/', moderation);
api.route('/', recordings);
api.route('/', tokens);
documentApi(api);

function hasBody(request: Request): boolean {
  if (request.body === null) return false;
  return request.headers.get('Content-Length') !== '0';
}
