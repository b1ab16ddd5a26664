import { ParleyError } from '@parley/protocol/errors';
import { bodyLimit } from 'hono/body-limit';
import { apiRoutes } from './api-route.ts';
import { moderation } from './moderation.ts';
import { documentApi } from './openapi.ts';
import { recordings } from './recordings.ts';
import { hasBody } from './request-body.ts';
import { roomRecording } from './room-recording.ts';
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
  const type = c.req.header('Content-Type') ?? '';
  if (hasBody(c.req.raw) && type !== 'application/json') {
    if (!/^application\/([a-z.-]+\+)?json\s*(;|$)/i.test(type)) {
      throw new ParleyError(
        'unsupported_media_type',
        'Send the body as JSON, with Content-Type: application/json.',
      );
    }
    // What reads bodies knows fewer ways to write the type than RFC 9110 §8.3.1 has.
    const headers = new Headers(c.req.raw.headers);
    headers.set('Content-Type', 'application/json');
    c.req.raw = new Request(c.req.raw, { headers });
  }
  await next();
});

api.route('/', rooms);
api.route('/', moderation);
api.route('/', roomRecording);
api.route('/', recordings);
api.route('/', tokens);
documentApi(api);
