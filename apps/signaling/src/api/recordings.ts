import { ParleyError } from '@parley/protocol/errors';
import { RecordingPath } from '@parley/protocol/recording/manifest';
import { Recording, RecordingList, RecordingListQuery } from '@parley/protocol/rest';
import { z } from 'zod';
import { listRecordings } from '../directory/directory.ts';
import { media } from '../recordings/media.ts';
import { MediaAddresses } from '../recordings/media-address.ts';
import { RecordingObject } from '../recordings/recording-object.ts';
import { apiRoute, apiRoutes, json, RecordingParams, RoomParams, unwrap } from './api-route.ts';

const tags = ['Recordings'];
const DEFAULT_PAGE = 100;

const listAll = apiRoute('administer', {
  method: 'get',
  path: '/api/recordings',
  operationId: 'listAllRecordings',
  tags,
  summary: 'Lists the recordings of all rooms, newest first',
  description: 'Lists trail the recordings by a moment.',
  request: { query: RecordingListQuery },
  responses: { 200: json(RecordingList, 'A page of recordings') },
});

const list = apiRoute(
  'record',
  {
    method: 'get',
    path: '/api/rooms/{id}/recordings',
    operationId: 'listRecordings',
    tags,
    summary: 'Lists the recordings of a room, newest first',
    description: 'Also of a room that is gone, and of older rooms of the same id.',
    request: { params: RoomParams, query: RecordingListQuery },
    responses: { 200: json(RecordingList, 'A page of recordings') },
  },
  // Of what cannot be a room's id.
  ['room_not_found'],
);

const show = apiRoute(
  'record',
  {
    method: 'get',
    path: '/api/recordings/{recordingId}',
    operationId: 'getRecording',
    tags,
    summary: 'Shows a recording with its files',
    description: 'The addresses of its files are signed, and good for an hour: ask again for new ones.',
    request: { params: RecordingParams },
    responses: { 200: json(Recording, 'The recording') },
  },
  ['recording_not_found'],
);

const remove = apiRoute(
  'record',
  {
    method: 'delete',
    path: '/api/recordings/{recordingId}',
    operationId: 'deleteRecording',
    tags,
    summary: 'Deletes a recording',
    description:
      'Nobody sees it from now on; recorders delete what there is of it. One that goes on is stopped first.',
    request: { params: RecordingParams },
    responses: { 204: { description: 'It is deleted' } },
  },
  ['recording_not_found', 'recording_active'],
);

const fetchMedia = apiRoute(
  'fetch',
  {
    method: 'get',
    path: '/api/recordings/{recordingId}/media',
    operationId: 'getRecordingMedia',
    tags,
    summary: 'Gets a file of a recording',
    description:
      'With ranges. A link of `GET /api/recordings/{recordingId}` opens it without an access token. Where the file is not in the edge’s own bucket, ' +
      'the answer leads to where it is.',
    request: {
      params: RecordingParams,
      query: z.object({
        file: RecordingPath.describe('The file’s `id`.'),
        download: z.enum(['0', '1']).optional().describe('Whether it is to be saved, with a name.'),
        v: z.string().max(64).optional().describe('As links have it: what is fetched may be kept.'),
        token: z.string().max(4096).optional().describe('As links have it.'),
      }),
    },
    responses: {
      200: { description: 'The file', content: { 'video/webm': {}, 'video/mp4': {} } },
      206: { description: 'The part of it that `Range` asks for' },
      302: { description: 'Its address in the bucket, good for an hour' },
      304: { description: 'It is the same as `If-None-Match` says' },
      307: { description: 'Its address on the recorder, good for an hour' },
      416: { description: 'It has no such part' },
    },
  },
  ['recording_not_found', 'not_found', 'recording_unfinished', 'recording_unreachable'],
);

/** `/api/recordings`: what was recorded. */
export const recordings = apiRoutes();

recordings.openapi(listAll, async (c) => {
  const { limit = DEFAULT_PAGE, cursor } = c.req.valid('query');
  return c.json(await listRecordings(c.env, { limit, cursor }), 200);
});

recordings.openapi(list, async (c) => {
  const { limit = DEFAULT_PAGE, cursor } = c.req.valid('query');
  return c.json(await listRecordings(c.env, { limit, cursor }, c.req.valid('param').id), 200);
});

recordings.openapi(show, async (c) => {
  const { recordingId } = c.req.valid('param');
  const view = (await RecordingObject.of(c.env, recordingId).show()) ?? noRecording(recordingId);
  if (view.files.length === 0) return c.json({ ...view, files: [] }, 200);
  const addresses = await MediaAddresses.of(c.env, new URL(c.req.url).origin, recordingId);
  const files = view.files.map(async ({ sha256, ...file }) => ({
    ...file,
    ...(await addresses.of(file.id, sha256)),
  }));
  return c.json({ ...view, files: await Promise.all(files) }, 200);
});

recordings.openapi(remove, async (c) => {
  unwrap(await RecordingObject.of(c.env, c.req.valid('param').recordingId).remove());
  return c.body(null, 204);
});

recordings.openapi(fetchMedia, async (c) => {
  const { recordingId } = c.req.valid('param');
  const { file, download, v } = c.req.valid('query');
  const stored = unwrap(await RecordingObject.of(c.env, recordingId).file(file));
  return media(c.env, stored, {
    recordingId,
    isDownload: download === '1',
    version: v,
    isHead: c.req.method === 'HEAD',
    headers: c.req.raw.headers,
  });
});

/** @throws {ParleyError} `recording_not_found` */
function noRecording(id: string): never {
  throw new ParleyError(
    'recording_not_found',
    `There is no recording ${id}; GET /api/recordings lists those there are.`,
  );
}
