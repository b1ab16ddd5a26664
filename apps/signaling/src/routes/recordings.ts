import { describeIssues } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import { OpaqueId } from '@parley/protocol/identifiers';
import { ClaimRequest, ProgressRequest, ReportRequest } from '@parley/protocol/recording/recorder-api';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { unwrap } from '../api/api-route.ts';
import type { Environment } from '../environment.ts';
import { verifyNodeToken } from '../keyring/verify.ts';
import { RecordingObject } from '../recordings/recording-object.ts';
import { bearerToken } from '../secrets.ts';

type Request = Context<{ Bindings: Environment }>;

/** A part of a manifest with 500 segments has a third of it. */
const MAX_BODY_BYTES = 1024 * 1024;

/** What recorders post about recordings, with their node tokens; see `recorder-api.ts` of the protocol. */
export const recordingReports = new Hono<{ Bindings: Environment }>();

recordingReports.use(
  '/internal/recordings/*',
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      const message = `A request body may have ${MAX_BODY_BYTES} bytes at the most: report less at once.`;
      throw new ParleyError('message_too_large', message);
    },
  }),
);

recordingReports.post('/internal/recordings/:id/report', async (c) => {
  const { recording, recorderId, body } = await read(c, ReportRequest);
  return c.json(unwrap(await recording.report(recorderId, body)));
});

recordingReports.post('/internal/recordings/:id/claim', async (c) => {
  const { recording, recorderId, body } = await read(c, ClaimRequest);
  const plan = unwrap(await recording.claim(recorderId, body.attempt));
  return c.body(plan, 200, { 'Content-Type': 'application/json' });
});

recordingReports.post('/internal/recordings/:id/progress', async (c) => {
  const { recording, recorderId, body } = await read(c, ProgressRequest);
  unwrap(await recording.progress(recorderId, body));
  return c.body(null, 204);
});

/** @throws {ParleyError} where it is no recorder who asks, or nothing that can be asked */
async function read<S extends z.ZodType>(c: Request, schema: S) {
  const token = bearerToken(c.req.header('Authorization'));
  const claims = token === undefined ? undefined : await verifyNodeToken(c.env, token);
  if (claims === undefined) throw new ParleyError('node_not_enrolled', 'Enrol for a new node token.');
  const id = OpaqueId.safeParse(c.req.param('id'));
  if (!id.success) throw new ParleyError('recording_not_found', `id: ${id.error.issues[0]?.message}.`);
  const body = schema.safeParse(await c.req.json().catch(() => undefined));
  if (!body.success) throw new ParleyError('invalid_message', describeIssues(body.error, 'body'));
  return { recording: RecordingObject.of(c.env, id.data), recorderId: claims.sub, body: body.data };
}
