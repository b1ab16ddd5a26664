import { ParleyError } from '@parley/protocol/errors';
import { bodyLimit } from 'hono/body-limit';
import { apiRoutes } from './api-route.ts';
import { moderation } from './moderation.ts';
import { documentApi } from './openapi.ts';
import { recordings } from './recordings.ts';
import { readableType } from './request-body.ts';
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
api.use('/api/*', readableType);

api.route('/', rooms);
api.route('/', moderation);
api.route('/', roomRecording);
api.route('/', recordings);
api.route('/', tokens);
documentApi(api);
