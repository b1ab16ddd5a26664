import { correlationIdOf, REQUEST_ID_HEADER } from '@parley/protocol/correlation';
import { ParleyError } from '@parley/protocol/errors';
import { RoomId } from '@parley/protocol/identifiers';
import { JWKS_PATH } from '@parley/protocol/tokens';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { admit } from './access/authentication.ts';
import { shownToken } from './access/shown-token.ts';
import { api } from './api/api.ts';
import { clientAddress } from './client-address.ts';
import type { ClientOrigin } from './client-origin.ts';
import { acceptProtocol } from './client-protocol.ts';
import type { Environment } from './environment.ts';
import { health } from './health.ts';
import { publicKeys } from './keyring/public-keys.ts';
import { limitRequests } from './limits/limit-requests.ts';
import { limitedAddress } from './limits/limited-address.ts';
import { log } from './log.ts';
import { isAllowedOrigin } from './origins.ts';
import { framedBy } from './page.ts';
import { problemResponse } from './problem-response.ts';
import { pump } from './pump.ts';
import { openClientSocket } from './room/open-client-socket.ts';
import { metrics } from './routes/metrics.ts';
import { nodes } from './routes/nodes.ts';
import { recorders } from './routes/recorders.ts';
import { recordingReports } from './routes/recordings.ts';
import { accessSettings, webrtcConfig } from './settings.ts';

const { allowed_origins } = webrtcConfig.server;

/** Every route of the server. */
export const app = new Hono<{ Bindings: Environment; Variables: { cid: string } }>({ strict: false });

app.use(async (c, next) => {
  const cid = correlationIdOf(c.req.raw.headers);
  c.set('cid', cid);
  await next();
  c.header(REQUEST_ID_HEADER, cid);
});

app.use('/api/*', async (c, next) => {
  // A browser sends simple requests without asking first, and they would act.
  requireAllowedOrigin(c.req.header('Origin'), c.req.url);
  await next();
  // What one may see, another may not; and tokens are made here. Files of recordings say themselves who may keep them.
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
});
app.use(
  '/api/*',
  cors({
    origin: (origin, c) => (isAllowedOrigin(origin, c.req.url, allowed_origins) ? origin : null),
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Content-Type', 'Idempotency-Key', 'Authorization', 'Range', accessSettings.header],
    exposeHeaders: [
      'Location',
      'Retry-After',
      'ETag',
      'Content-Range',
      'Content-Disposition',
      REQUEST_ID_HEADER,
    ],
    maxAge: 600,
  }),
);

// Nodes prove who they are, and monitors must see that the server lives: neither is limited by its address.
app.use('/api/*', limitRequests(limitedAddress));
app.use('/ws', limitRequests(clientAddress));

// Open to everybody; the connection test reads it from pages of other origins.
app.use('/health', cors());
app.get('/health', async (c) => c.json(await health(c.env)));

app.get('/ws', async (c) => {
  if (c.req.header('Upgrade')?.toLowerCase() !== 'websocket') {
    throw new ParleyError('upgrade_required', 'Open a WebSocket here and send join.');
  }
  requireAllowedOrigin(c.req.header('Origin'), c.req.url);
  const room = c.req.query('room');
  const address = clientAddress(c.req.raw);
  const token = shownToken(c.req.raw.headers, accessSettings.header);
  const originIn = async (roomId: string): Promise<ClientOrigin> => ({
    cid: c.get('cid'),
    ...(address !== undefined && { address }),
    ...(token !== undefined && { access: await admit(accessSettings, token, roomId) }),
  });
  if (room === undefined) return acceptProtocol(c.req.raw, pump(c.env, c.get('cid'), originIn));
  const id = RoomId.safeParse(room);
  if (!id.success) throw new ParleyError('invalid_message', `room: ${id.error.issues[0]?.message}`);
  return acceptProtocol(c.req.raw, await openClientSocket(c.env, id.data, await originIn(id.data)));
});

app.on('GET', ['/', '/r/*', '/recordings'], async (c) =>
  framedBy(await c.env.ASSETS.fetch(c.req.raw), webrtcConfig.server.frame_ancestors),
);

app.get(JWKS_PATH, async (c) => {
  // A key is published an hour before it signs, so a cache of minutes delays nothing.
  return c.json(await publicKeys(c.env), 200, { 'Cache-Control': 'public, max-age=300' });
});

app.route('/', api);
app.route('/', nodes);
app.route('/', recordingReports);
app.route('/', recorders);
app.route('/', metrics);

app.notFound((c) =>
  problemResponse('not_found', `Nothing answers ${c.req.method} ${c.req.path}; see the API documentation.`),
);

app.onError((error, c) => {
  if (error instanceof ParleyError) return problemResponse(error.code, error.message);
  // Of what reads request bodies.
  if (error instanceof HTTPException && error.status === 400) {
    return problemResponse('bad_json', 'Send the request body as one JSON object.');
  }
  const cid = c.get('cid');
  log.error('request failed', { cid, method: c.req.method, path: c.req.path, error: error.message });
  return problemResponse('internal', `The server failed; try again, and report ${cid} if it stays.`);
});

function requireAllowedOrigin(origin: string | undefined, url: string): void {
  if (isAllowedOrigin(origin, url, allowed_origins)) return;
  throw new ParleyError(
    'origin_not_allowed',
    'Add the page’s origin to server.allowed_origins in webrtc.yaml.',
  );
}
