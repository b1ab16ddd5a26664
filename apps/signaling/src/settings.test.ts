import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import { RoomObject } from './room/room-object.ts';
import { webrtcConfig } from './settings.ts';
import { ask, joinRoom, TestSocket } from './testing/test-socket.ts';

// What the Worker under test goes by: tests change a key and put it back.
const shipped = structuredClone(webrtcConfig);
afterEach(() => {
  Object.assign(webrtcConfig.rooms, shipped.rooms);
  webrtcConfig.server.allowed_origins.splice(0, Number.POSITIVE_INFINITY, ...shipped.server.allowed_origins);
});

const post = (body: unknown) =>
  ask('/api/rooms', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('rooms.auto_create', () => {
  it('off, a room has to be made before anybody joins it', async () => {
    webrtcConfig.rooms.auto_create = false;
    const socket = await TestSocket.open('/ws');
    socket.send({ type: 'join', roomId: 'unmade', participantName: 'Ann' });
    await socket.error('room_not_found');
    expect((await post({ id: 'made' })).status).toBe(201);
    expect((await joinRoom('made', 'Ann')).joined).toMatchObject({ roomId: 'made' });
  });
});

describe('rooms.max_participants', () => {
  it('bounds what a room may hold, and is what it holds when nobody says', async () => {
    webrtcConfig.rooms.max_participants = 1;
    expect((await post({ maxParticipants: 2 })).status).toBe(400);
    expect((await joinRoom('small', 'Ann')).joined).toMatchObject({ room: { maxParticipants: 1 } });
    const socket = await TestSocket.open('/ws');
    socket.send({ type: 'join', roomId: 'small', participantName: 'Bob' });
    await socket.error('room_full');
    expect(await (await ask('/health')).json()).toMatchObject({ config: { max_participants_per_room: 1 } });
  });
});

describe('rooms.max_rooms', () => {
  it('further rooms are refused', async () => {
    webrtcConfig.rooms.max_rooms = 1;
    expect((await post({ id: 'first' })).status).toBe(201);
    const refused = await post({ id: 'second' });
    expect(await refused.json()).toMatchObject({ code: 'server_full' });
  });
});

describe('rooms.idle_timeout', () => {
  it('is what an empty room stays for', async () => {
    webrtcConfig.rooms.idle_timeout = 1;
    expect((await post({ id: 'brief' })).status).toBe(201);
    await runInDurableObject(RoomObject.of(env, 'brief'), async (_, { storage }) => {
      const alarm = (await storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
      expect(alarm - Date.now(), 'it wakes to close in a second').toBeLessThanOrEqual(1000);
    });
  });
});

describe('server.allowed_origins', () => {
  it('pages of others get neither the API nor a socket', async () => {
    webrtcConfig.server.allowed_origins.splice(0, 1, 'https://meet.example');
    const from = async (origin: string) => {
      const response = await ask('/api/rooms', { headers: { Origin: origin } });
      return response.headers.get('Access-Control-Allow-Origin');
    };
    expect(await from('https://meet.example')).toBe('https://meet.example');
    expect(await from('https://evil.example')).toBeNull();
    await expect(TestSocket.open('/ws', { Origin: 'https://evil.example' })).rejects.toMatchObject({
      status: 403,
    });
    (await TestSocket.open('/ws', { Origin: 'https://meet.example' })).close();
    const health = await ask('/health', { headers: { Origin: 'https://evil.example' } });
    expect(health.headers.get('Access-Control-Allow-Origin'), 'health is for everybody').toBe('*');
  });
});
