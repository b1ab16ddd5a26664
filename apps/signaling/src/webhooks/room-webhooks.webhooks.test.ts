import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { WebhookEvent } from '@parley/protocol/webhook';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoomObject } from '../room/room-object.ts';
import { TestNode } from '../testing/test-node.ts';
import { TestReceiver } from '../testing/test-receiver.ts';
import { ask, joinRoom } from '../testing/test-socket.ts';

// As vitest.config.ts has them.
const URLS = ['https://a.example/hook', 'https://b.example/hook'] as const;
const KEY = { id: 'old', secret: 'the-older-api-secret-of-tests-000000' };
const camera = { trackId: 't-1', kind: 'video', source: 'camera', codec: 'VP8', layers: 3, muted: false };

let receiver: TestReceiver;
beforeEach(() => {
  receiver = TestReceiver.start();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const inside = <T>(room: string, what: (storage: DurableObjectStorage) => T | Promise<T>) =>
  runInDurableObject(RoomObject.of(env, room), (_, ctx) => what(ctx.storage));

const down = () => Promise.reject(new TypeError('connection refused'));

/** What a URL has had of, by name. */
const names = (url: string) => receiver.events(url).map(({ event }) => event);

/** Lets what is to be tried later be tried now. */
async function retry(room: string): Promise<void> {
  await inside(room, ({ sql }) => void sql.exec('UPDATE webhook_urls SET retry_at = 0'));
  await runDurableObjectAlarm(RoomObject.of(env, room));
}

/** Lets the time pass after which a call is over. */
async function endCall(room: string): Promise<void> {
  await inside(room, ({ kv }) => kv.put('call', { ...(kv.get('call') as object), sealAt: 1 }));
  await runDurableObjectAlarm(RoomObject.of(env, room));
}

it('tells each URL what happens, in order, signed', async () => {
  const ann = await joinRoom('told', 'Ann');
  const node = await TestNode.start();
  const { link } = await node.serve();
  const anns = { participantId: ann.participantId, session: 1 };
  link.send({ type: 'track-published', ...anns, track: camera });
  await expect.poll(() => names(URLS[0])).toContain('track-published');
  ann.socket.send({ type: 'mute', trackId: 't-1', muted: true });
  await ann.socket.next('track-muted');
  link.send({ type: 'track-unpublished', ...anns, trackId: 't-1' });
  ann.socket.send({ type: 'leave' });
  const expected = [
    'room-started',
    'participant-joined',
    'track-published',
    'track-muted',
    'track-unpublished',
    'participant-left',
  ];
  for (const url of URLS) await expect.poll(() => names(url)).toEqual(expected);
  for (const { headers, body, event } of receiver.received) {
    expect(WebhookEvent.parse(event)).toEqual(event);
    expect(headers.get('Content-Type')).toBe('application/json');
    const token = headers.get('Authorization')?.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(token, new TextEncoder().encode(KEY.secret), {
      issuer: KEY.id,
      algorithms: ['HS256'],
    });
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
    expect(payload['sha256']).toBe(btoa(String.fromCharCode(...new Uint8Array(digest))));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  }
  const events = receiver.roomEvents(URLS[0]);
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(events.map(({ room }) => room.createdAt)).size).toBe(1);
  expect(events.at(-1)).toMatchObject({ participant: { name: 'Ann' }, reason: 'left' });
});

it('keeps what a receiver does not take, through evictions, and delivers it in order once it does', async () => {
  receiver.answer = ({ url }) => (url === URLS[0] ? down() : new Response(null, { status: 204 }));
  await joinRoom('kept', 'Ann');
  await joinRoom('kept', 'Bob');
  const expected = ['room-started', 'participant-joined', 'participant-joined'];
  await expect.poll(() => names(URLS[1])).toEqual(expected);
  const first = receiver.received.find(({ url }) => url === URLS[0]);
  await evictDurableObject(RoomObject.of(env, 'kept'), { webSockets: 'hibernate' });
  receiver.answer = ({ url, event }) =>
    new Response(null, { status: url === URLS[0] && event.event === 'participant-joined' ? 503 : 200 });
  await retry('kept');
  await expect.poll(() => names(URLS[0])).toEqual(['room-started', 'participant-joined']);
  receiver.answer = () => new Response('thanks');
  await retry('kept');
  await expect.poll(() => names(URLS[0])).toEqual(expected);
  const again = receiver.received.filter(({ event }) => event.id === first?.event.id);
  expect(again.length).toBeGreaterThan(1);
  expect(new Set(again.map(({ body }) => body)).size, 'the same each time').toBe(1);
  await expect
    .poll(() => inside('kept', ({ sql }) => sql.exec('SELECT * FROM webhook_events').toArray()))
    .toEqual([]);
});

it('tries again ever later, by the alarm', async () => {
  receiver.answer = down;
  await joinRoom('later', 'Ann');
  const pauses: number[] = [];
  for (const attempt of [1, 2, 3, 4]) {
    await expect
      .poll(() =>
        inside('later', ({ sql }) => sql.exec('SELECT DISTINCT attempts FROM webhook_urls').toArray()),
      )
      .toEqual([{ attempts: attempt }]);
    const due = await inside(
      'later',
      ({ sql }) => sql.exec<{ at: number }>('SELECT MIN(retry_at) AS at FROM webhook_urls').one().at,
    );
    // The room may have something else to do before.
    await expect.poll(() => inside('later', (storage) => storage.getAlarm())).toBeLessThanOrEqual(due);
    pauses.push(due - Date.now());
    await retry('later');
  }
  // Each is at least half of twice the last one’s most, less what passed until it was looked at.
  for (const [index, pause] of pauses.entries()) expect(pause).toBeLessThanOrEqual(1000 * 2 ** index);
  expect(pauses.at(-1)).toBeGreaterThan(1000);
});

it('keeps nobody waiting for a receiver that does not answer', async () => {
  receiver.answer = () => new Promise<Response>(() => undefined);
  const ann = await joinRoom('dead', 'Ann');
  const bob = await joinRoom('dead', 'Bob');
  expect(bob.joined['participants']).toMatchObject([{ participantId: ann.participantId }]);
  expect(receiver.received).toHaveLength(URLS.length);
});

it('outlives the room: what is told of a deleted one comes before what is told of the next', async () => {
  receiver.answer = down;
  await joinRoom('gone', 'Ann');
  expect((await ask('/api/rooms/gone', { method: 'DELETE' })).status).toBe(204);
  expect((await ask('/api/rooms/gone')).status).toBe(404);
  expect(await inside('gone', (storage) => storage.get('state'))).toBeUndefined();
  await evictDurableObject(RoomObject.of(env, 'gone'));
  await joinRoom('gone', 'Bob');
  receiver.answer = () => new Response(null, { status: 200 });
  await retry('gone');
  const expected = [
    ['room-started', 1],
    ['participant-joined', 2],
    ['participant-left', 3],
    ['room-ended', 4],
    ['call-report', 5],
    ['room-started', 1],
    ['participant-joined', 2],
  ];
  for (const url of URLS) {
    await expect.poll(() => receiver.roomEvents(url).map(({ event, seq }) => [event, seq])).toEqual(expected);
  }
  const [first, , left, ended, , second] = receiver.roomEvents(URLS[0]);
  expect(left).toMatchObject({ reason: 'room-closed', participant: { name: 'Ann' } });
  expect(ended).toMatchObject({ reason: 'deleted' });
  expect(second?.room.createdAt).toBeGreaterThan(first?.room.createdAt ?? 0);
});

it('leaves nothing in the storage either where the receivers are taken out of the configuration', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  receiver.answer = down;
  const made = { id: 'removed' };
  const headers = { 'Content-Type': 'application/json' };
  expect((await ask('/api/rooms', { method: 'POST', headers, body: JSON.stringify(made) })).status).toBe(201);
  expect((await ask('/api/rooms/removed', { method: 'DELETE' })).status).toBe(204);
  await inside('removed', ({ sql }) => void sql.exec(`UPDATE webhook_urls SET url = url || '-of-before'`));
  await evictDurableObject(RoomObject.of(env, 'removed'));
  expect(await runDurableObjectAlarm(RoomObject.of(env, 'removed'))).toBe(true);
  const keys = await inside('removed', async ({ kv, sql }) => [
    [...kv.list()],
    sql.exec(`SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'`).toArray(),
  ]);
  expect(keys).toEqual([[], []]);
});

it('leaves nothing in the storage once all is told of a room that is over', async () => {
  await joinRoom('empty', 'Ann');
  await ask('/api/rooms/empty', { method: 'DELETE' });
  await expect.poll(() => names(URLS[0])).toContain('room-ended');
  expect(names(URLS[0])).not.toContain('call-report');
  await endCall('empty');
  await expect.poll(() => names(URLS[1])).toContain('call-report');
  await expect
    .poll(() =>
      inside('empty', async (storage) => [
        storage.sql.exec(`SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'`).toArray(),
        [...(await storage.list()).keys()],
        await storage.getAlarm(),
      ]),
    )
    .toEqual([[], [], null]);
});

it('reports a call when the room has been empty for a while, with what clients and nodes said', async () => {
  const ann = await joinRoom('call', 'Ann');
  const bob = await joinRoom('call', 'Bob');
  const node = await TestNode.start();
  const { link } = await node.serve();
  const [anns, bobs] = [ann, bob].map(({ participantId }) => ({ participantId, session: 1 }));
  link.send({ type: 'media-state', ...bobs, state: 'connected' });
  const report = { joinMs: 321, freezes: 2, freezeMs: 900, concealedAudio: 0.01, reconnects: 1 };
  ann.socket.send({ type: 'leave', report });
  await bob.socket.next('participant-left');
  bob.socket.send({ type: 'leave' });
  await bob.socket.closed();
  const half = { connectedMs: 5000, bytesReceived: 250_000, bytesSent: 500_000 };
  link.send({ type: 'session-report', ...anns, report: { ...half, lossSent: 0.1, roundTripTimeMs: 20 } });
  link.send({
    type: 'session-report',
    ...anns,
    session: 2,
    report: { ...half, bytesSent: 1_500_000, lossSent: 0.02, roundTripTimeMs: 40 },
  });
  link.send({ type: 'session-report', participantId: 'nobody', session: 1, report: half });
  await expect
    .poll(() =>
      inside('call', ({ sql }) => JSON.stringify(sql.exec('SELECT entry FROM call_participants').toArray())),
    )
    .toContain('2000000');
  const alarm = await inside('call', (storage) => storage.getAlarm());
  expect(alarm).toBeLessThanOrEqual(Date.now() + 30_000);
  await endCall('call');
  await expect.poll(() => names(URLS[0]).at(-1)).toBe('call-report');
  expect(receiver.roomEvents(URLS[0]).at(-1)).toMatchObject({
    omitted: 0,
    participants: [
      {
        participantId: ann.participantId,
        name: 'Ann',
        reason: 'left',
        ...report,
        connectedMs: 10_000,
        sent: { bitrate: 400_000 },
        received: { bitrate: 1_600_000, loss: (0.1 + 0.06) / 4 },
        roundTripTimeMs: 30,
      },
      { participantId: bob.participantId, name: 'Bob', joinMs: expect.any(Number) },
    ],
  });
  await joinRoom('call', 'Cem');
  await expect.poll(() => names(URLS[0]).at(-1)).toBe('participant-joined');
  expect(await inside('call', ({ kv }) => kv.get('call')), 'another call').toMatchObject({ omitted: 0 });
});

it('is the same call when somebody comes back in time', async () => {
  const ann = await joinRoom('same', 'Ann');
  ann.socket.send({ type: 'leave' });
  await ann.socket.closed();
  expect(await inside('same', ({ kv }) => kv.get('call'))).toHaveProperty('sealAt');
  await joinRoom('same', 'Ann');
  expect(await inside('same', ({ kv }) => kv.get('call'))).not.toHaveProperty('sealAt');
});

it('follows no redirect, and gives up what a receiver calls gone', async () => {
  receiver.answer = ({ url, event }) => {
    if (url === URLS[1])
      return new Response(null, { status: 302, headers: { Location: 'http://inside.example' } });
    return new Response(null, { status: event.event === 'room-started' ? 410 : 204 });
  };
  await joinRoom('gone-410', 'Ann');
  await expect.poll(() => names(URLS[0])).toEqual(['room-started', 'participant-joined']);
  expect(receiver.roomEvents(URLS[0])[1]).toMatchObject({ seq: 2, dropped: 1 });
  await expect.poll(() => names(URLS[1])).toEqual(['room-started']);
  expect(receiver.received.map(({ redirect }) => redirect)).toEqual(['manual', 'manual', 'manual']);
});

it('tells the end of a room that an update cannot read, and who was in it', async () => {
  await joinRoom('unread', 'Ann');
  await expect.poll(() => names(URLS[0])).toHaveLength(2);
  await inside('unread', (storage) => storage.put('state', '{"version":9999,"roomId":"unread"}'));
  await evictDurableObject(RoomObject.of(env, 'unread'), { webSockets: 'hibernate' });
  expect((await ask('/api/rooms/unread')).status).toBe(404);
  await expect
    .poll(() => receiver.roomEvents(URLS[0]).slice(2))
    .toMatchObject([
      { event: 'participant-left', seq: 3, participant: { name: 'Ann' }, reason: 'room-closed' },
      { event: 'room-ended', seq: 4, reason: 'lost' },
    ]);
});

it('tells what moderators do', async () => {
  await joinRoom('moderated', 'Ann');
  const lock = { method: 'PATCH', body: JSON.stringify({ locked: true }) };
  const headers = { 'Content-Type': 'application/json' };
  expect((await ask('/api/rooms/moderated', { ...lock, headers })).status).toBe(200);
  await expect.poll(() => names(URLS[0]).at(-1)).toBe('moderated');
  expect(receiver.roomEvents(URLS[0]).at(-1)).toMatchObject({
    by: { type: 'api' },
    request: { action: 'lock', locked: true },
  });
});
