import { describe, expect, it } from 'vitest';
import { ask, joinRoom } from '../testing/test-socket.ts';

const post = (body: unknown) =>
  ask('/api/rooms', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });

describe('rooms over REST', () => {
  it('makes, lists, shows and closes a room', async () => {
    const created = await post({ name: 'Conference Room', maxParticipants: 50 });
    expect(created.status).toBe(201);
    const room = await created.json<{ id: string }>();
    expect(room).toMatchObject({
      name: 'Conference Room',
      maxParticipants: 50,
      participantCount: 0,
      participants: [],
    });
    expect(created.headers.get('Location')).toBe(`/api/rooms/${room.id}`);

    await expect
      .poll(async () =>
        (await (await ask('/api/rooms')).json<{ rooms: { id: string }[] }>()).rooms.map((r) => r.id),
      )
      .toContain(room.id);
    expect(await (await ask(`/api/rooms/${room.id}`)).json()).toMatchObject({ id: room.id });

    const { socket } = await joinRoom(room.id, 'ann');
    expect((await ask(`/api/rooms/${room.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await socket.next('room-closed')).toMatchObject({ reason: 'deleted' });
    expect((await socket.closed()).code).toBe(4410);
    expect((await ask(`/api/rooms/${room.id}`)).status).toBe(404);
    expect((await ask(`/api/rooms/${room.id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    ['{', 400, 'bad_json'],
    [{ maxParticipants: 0 }, 400, 'invalid_message'],
    [{ maxParticipants: 101 }, 400, 'invalid_message'],
    [{ id: 'a/b' }, 400, 'invalid_message'],
    [[], 400, 'invalid_message'],
    [{ metadata: { plan: 7 } }, 400, 'invalid_message'],
    [{ name: 'x'.repeat(70_000) }, 413, 'message_too_large'],
  ])('refuses a bad body with a problem document, case %#', async (body, status, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, code, detail: expect.any(String) });
  });

  it('makes a room with a wanted id once', async () => {
    expect((await post({ id: 'wanted' })).status).toBe(201);
    const again = await post({ id: 'wanted' });
    expect([again.status, (await again.json<{ code: string }>()).code]).toEqual([409, 'room_exists']);
  });

  it('answers unknown rooms and addresses with what to do', async () => {
    for (const path of ['/api/rooms/none', '/api/rooms/none/stats', '/api/rooms/%2e%2e', '/api/nothing']) {
      const response = await ask(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect((await response.json<{ detail: string }>()).detail).not.toBe('');
    }
  });

  it('answers a page of an allowed origin, with preflight', async () => {
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' };
    const preflight = await ask('/api/rooms', { method: 'OPTIONS', headers });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('POST');
  });
});

describe('GET /health', () => {
  it('has the shape that monitors rely on', async () => {
    await joinRoom('health', 'ann');
    await expect
      .poll(async () => (await ask('/health')).json<Record<string, unknown>>(), { timeout: 5000 })
      .toMatchObject({ rooms: 1, participants: 1 });
    expect(await (await ask('/health')).json()).toEqual({
      status: 'degraded',
      rooms: 1,
      participants: 1,
      config: { max_rooms: 1000, max_participants_per_room: 100 },
    });
  });
});
