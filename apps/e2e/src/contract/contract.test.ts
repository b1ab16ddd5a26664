import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { ApiDocument, type Operation } from './api-document.ts';
import { HOSTILE_BODIES, HOSTILE_TEXTS } from './hostile-input.ts';

const url = inject('url');
let document: ApiDocument;
const clients: RawClient[] = [];

beforeAll(async () => {
  document = await ApiDocument.fetch(url);
});
afterAll(() => {
  for (const client of clients) client.close();
});

/** A room with somebody in it, somebody who waits and somebody who is banned. */
async function furnishedRoom(): Promise<Record<string, string>> {
  const response = await send('POST', '/api/rooms', '{"name":"Contract"}');
  const { id } = JSON.parse(response.text) as { id: string };
  const inside = await RawClient.join(id, 'Ann');
  const banned = await RawClient.join(id, 'Eve');
  clients.push(inside, banned);
  await send('DELETE', `/api/rooms/${id}/participants/${banned.participantId}?banSeconds=600`);
  // Eve's address is everybody's here.
  const [ban] = (
    JSON.parse((await send('GET', `/api/rooms/${id}/bans`)).text) as { bans: { banId: string }[] }
  ).bans;
  return {
    id,
    participantId: inside.participantId,
    trackId: 'no-such-track',
    banId: ban?.banId ?? '',
    recordingId: 'no-such-recording',
  };
}

async function waitingGuest(): Promise<{ id: string; participantId: string }> {
  const { text } = await send('POST', '/api/rooms', '{"lobby":true}');
  const { id } = JSON.parse(text) as { id: string };
  const guest = await RawClient.open(`/ws?room=${id}`);
  clients.push(guest);
  guest.send({ type: 'join', roomId: id, participantName: 'Bob' });
  return { id, participantId: String((await guest.next('waiting'))['participantId']) };
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

async function send(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body !== undefined && { body }),
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
  });
  const type = response.headers.get('Content-Type') ?? '';
  return { status: response.status, type, text: await response.text() };
}

function pathOf(operation: Operation, values: Record<string, string>): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

/** Checks an answer against the document; says which request it was of. */
function check(operation: Operation, answer: Answer, request: string): void {
  const { status, type, text } = answer;
  expect({ request, objections: document.objections(operation, status, type, text) }).toEqual({
    request,
    objections: [],
  });
  expect(status, `${request}: ${text}`).not.toBe(500);
  expect(text, `${request}: no stack traces`).not.toMatch(/\bat .+:\d+:\d+|node_modules/);
}

/** A body that each route takes. */
const BODIES: Record<string, string> = {
  createRoom: '{"name":"Made","maxParticipants":5,"metadata":{"a":"b"}}',
  createToken: '{"identity":"u-1","room":"*"}',
  updateRoom: '{"name":"Changed","locked":false}',
  updateParticipant: '{"name":"Renamed","grants":{"data":false}}',
};

/** What a valid request to each comes to; all others succeed. */
const REFUSED: Record<string, string> = {
  createToken: 'token_missing',
  muteTrack: 'track_not_found',
  getRecordingMedia: 'invalid_message',
};

it('every route answers a valid request as the document says', async () => {
  // A recording goes through its life; what destroys comes last.
  const last = [
    'startRecording',
    'listRecordings',
    'getRecording',
    'stopRecording',
    'getRecordingMedia',
    'deleteRecording',
    'removeParticipant',
    'deleteRoom',
  ];
  const order = document.operations.toSorted((a, b) => last.indexOf(a.id) - last.indexOf(b.id));
  const values = await furnishedRoom();
  expect(order.length).toBeGreaterThan(20);
  for (const operation of order) {
    const ofGuest = operation.id === 'admit' || operation.id === 'deny' ? await waitingGuest() : {};
    const path = pathOf(operation, { ...values, ...ofGuest });
    const answer = await send(
      operation.method,
      path,
      operation.hasBody ? (BODIES[operation.id] ?? '{}') : undefined,
    );
    const request = `${operation.method} ${path}`;
    check(operation, answer, request);
    const refused = REFUSED[operation.id];
    if (refused === undefined) expect(answer.status, `${request}: ${answer.text}`).toBeLessThan(300);
    else expect(answer.text, request).toContain(`"code":"${refused}"`);
    if (operation.id === 'startRecording') {
      values['recordingId'] = (JSON.parse(answer.text) as { id: string }).id;
    }
  }
});

it('a recording is refused what does not fit how far it is, as the document says', async () => {
  const values = await furnishedRoom();
  const of = (id: string) => document.operations.find((operation) => operation.id === id) as Operation;
  const ask = async (id: string) => {
    const path = pathOf(of(id), values);
    const answer = await send(of(id).method, path);
    check(of(id), answer, path);
    return answer;
  };
  const started = await ask('startRecording');
  expect(started.status, started.text).toBe(201);
  values['recordingId'] = (JSON.parse(started.text) as { id: string }).id;
  expect((await ask('getRecording')).text).toContain('"status":"recording"');
  expect((await ask('startRecording')).text).toContain('"code":"recording_active"');
  expect((await ask('deleteRecording')).text).toContain('"code":"recording_active"');
  expect((await ask('stopRecording')).text).toContain('"status":"finishing"');
  expect((await ask('stopRecording')).text).toContain('"code":"recording_inactive"');
  expect((await ask('deleteRecording')).status).toBe(204);
  for (const id of ['getRecording', 'deleteRecording']) {
    expect((await ask(id)).text).toContain('"code":"recording_not_found"');
  }
});

describe('hostile input', () => {
  it('in the path gets a described refusal', async () => {
    const values = await furnishedRoom();
    for (const operation of document.operations) {
      for (const { name } of operation.parameters.filter((parameter) => parameter.in === 'path')) {
        for (const text of HOSTILE_TEXTS) {
          const path = pathOf(operation, { ...values, [name]: text });
          // The URL standard removes dot segments: that is another address.
          if (/^\.{1,2}$/.test(text)) continue;
          const answer = await send(
            operation.method,
            path,
            operation.hasBody ? BODIES[operation.id] : undefined,
          );
          check(operation, answer, `${operation.method} ${path}`);
          // Of a room that may be gone there are no recordings: a page of none.
          if (operation.id === 'listRecordings' && answer.text === '{"recordings":[]}') continue;
          expect(answer.status, `${path}: ${answer.text}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
  });

  it('in the query and headers gets a described answer', async () => {
    const values = await furnishedRoom();
    for (const operation of document.operations) {
      for (const parameter of operation.parameters) {
        if (parameter.in === 'path' || operation.id === 'removeParticipant') continue;
        for (const text of HOSTILE_TEXTS) {
          // A header holds bytes.
          if (parameter.in === 'header' && /[^\x20-\x7e]/.test(text)) continue;
          const path = pathOf(operation, values);
          const query = parameter.in === 'query' ? `?${parameter.name}=${encodeURIComponent(text)}` : '';
          const headers = parameter.in === 'header' ? { [parameter.name]: text } : {};
          const body = operation.hasBody ? BODIES[operation.id] : undefined;
          const answer = await send(operation.method, `${path}${query}`, body, headers);
          check(operation, answer, `${operation.method} ${path}${query} ${JSON.stringify(headers)}`);
        }
      }
    }
  });

  it('in the body gets a described answer, and changes nothing', async () => {
    const values = await furnishedRoom();
    const before = (await send('GET', `/api/rooms/${values['id']}`)).text;
    for (const operation of document.operations.filter(({ hasBody }) => hasBody)) {
      const path = pathOf(operation, values);
      for (const body of HOSTILE_BODIES) {
        const answer = await send(operation.method, path, body);
        const request = `${operation.method} ${path} ${body.slice(0, 80)}`;
        check(operation, answer, request);
        // What a recording is asked to be has no unknown parts: a slip would record more than is wanted.
        if (operation.id === 'startRecording') expect(answer.status, request).toBeGreaterThanOrEqual(400);
      }
      const wrongType = await send(operation.method, path, '{}', { 'Content-Type': 'text/plain' });
      check(operation, wrongType, `${operation.method} ${path} as text`);
      expect(wrongType.status).toBe(415);
    }
    expect((await send('GET', `/api/rooms/${values['id']}`)).text).toBe(before);
  });
});

it('other addresses and methods get a problem document', async () => {
  for (const [method, path, status] of [
    ['GET', '/api', 404],
    ['GET', '/api/rooms/x/nothing', 404],
    ['PUT', '/api/rooms', 405],
    ['POST', '/api/openapi.json', 404],
  ] as const) {
    const answer = await send(method, path);
    expect([method, path, answer.status, answer.type]).toEqual([
      method,
      path,
      status,
      'application/problem+json',
    ]);
  }
});
