import { expect, it } from 'vitest';
import { ask } from '../testing/test-socket.ts';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { operationId?: string; summary?: string; responses: object }>>;
  components: { schemas: Record<string, object> };
}

it('describes every route of the API, each with a name and a summary', async () => {
  const response = await ask('/api/openapi.json');
  expect(response.status).toBe(200);
  const document = await response.json<Document>();
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: `${method} ${path}`, ...operation })),
  );
  expect(operations.map(({ path }) => path).sort()).toMatchInlineSnapshot(`
    [
      "delete /api/recordings/{recordingId}",
      "delete /api/rooms/{id}",
      "delete /api/rooms/{id}/bans/{banId}",
      "delete /api/rooms/{id}/lobby/{participantId}",
      "delete /api/rooms/{id}/participants/{participantId}",
      "get /api/recordings",
      "get /api/recordings/{recordingId}",
      "get /api/recordings/{recordingId}/media",
      "get /api/rooms",
      "get /api/rooms/{id}",
      "get /api/rooms/{id}/bans",
      "get /api/rooms/{id}/events",
      "get /api/rooms/{id}/lobby",
      "get /api/rooms/{id}/participants",
      "get /api/rooms/{id}/participants/{participantId}",
      "get /api/rooms/{id}/recordings",
      "get /api/rooms/{id}/stats",
      "patch /api/rooms/{id}",
      "patch /api/rooms/{id}/participants/{participantId}",
      "post /api/rooms",
      "post /api/rooms/{id}/lobby/{participantId}/admit",
      "post /api/rooms/{id}/participants/{participantId}/tracks/{trackId}/mute",
      "post /api/rooms/{id}/recording/start",
      "post /api/rooms/{id}/recording/stop",
      "post /api/tokens",
    ]
  `);
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids, 'each has a name of its own').toEqual([...new Set(ids)]);
  for (const { path, summary } of operations) expect(summary, path).toBeTruthy();
  expect(Object.keys(document.components.schemas).sort()).toMatchInlineSnapshot(`
    [
      "CreateRoomRequest",
      "ParticipantDetails",
      "Problem",
      "Recording",
      "RecordingOptions",
      "RecordingSummary",
      "RequestedRecording",
      "RoomDetails",
      "RoomSummary",
      "UpdateRoomRequest",
    ]
  `);
});

it('says of requests and answers what they are', async () => {
  const { servers, paths } = await (await ask('/api/openapi.json')).json<{
    servers: object[];
    paths: Record<string, Record<string, object>>;
  }>();
  expect(servers, 'where the document is, by whatever name').toEqual([{ url: '/' }]);
  expect(paths['/api/tokens']?.['post'], 'never open').toMatchObject({
    security: [{ bearer: [] }, { header: [] }],
    requestBody: { required: true },
  });
  expect(paths['/api/rooms/{id}/events']?.['get']).toMatchObject({
    parameters: [
      { name: 'id' },
      { name: 'after', required: false, schema: { type: 'integer' } },
      { name: 'limit' },
    ],
  });
  expect(paths['/api/rooms']?.['post']).toMatchObject({
    responses: { 201: { headers: { Location: { schema: { type: 'string' } } } } },
  });
});

it('answers another method with those that there are', async () => {
  const response = await ask('/api/rooms/some/stats', { method: 'POST' });
  expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET']);
  expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
});
