import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { closeCode } from '@parley/protocol/errors';
import { mintApiToken, mintToken } from '@parley/server/mint-token';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RoomObject } from '../room/room-object.ts';
import { webrtcConfig } from '../settings.ts';
import { NEW_KEY } from '../testing/api-keys.ts';
import { ask, TestSocket } from '../testing/test-socket.ts';
import { LimiterObject } from './limiter-object.ts';
import type { PlaceKind } from './place.ts';

const shipped = structuredClone(webrtcConfig);
const limits = webrtcConfig.security.rate_limit;
afterEach(() => {
  Object.assign(limits, shipped.security.rate_limit);
  Object.assign(webrtcConfig.rooms, shipped.rooms);
  vi.restoreAllMocks();
});

const HERE = '203.0.113.1';
const at = (address: string) => ({ 'CF-Connecting-IP': address });
const taken = (kind: PlaceKind, address = HERE) => LimiterObject.ofAddress(env, address).count(kind);
const openRooms = () => LimiterObject.ofServer(env).count('rooms');
const make = (id: string, address: string, fields = {}, headers = {}) =>
  ask('/api/rooms', {
    method: 'POST',
    headers: { ...at(address), 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ id, ...fields }),
  });
const close = (id: string) => ask(`/api/rooms/${id}`, { method: 'DELETE' });

function openSockets(_: RoomObject, ctx: DurableObjectState): number {
  return ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length;
}

/** Opens a socket from an address and joins: what came of it. */
async function come(room: string, address = HERE, fields: object = {}) {
  const socket = await TestSocket.open(`/ws?room=${room}`, at(address));
  socket.send({ type: 'join', roomId: room, participantName: 'Ann', ...fields });
  const answer = await socket.any(['joined', 'waiting', 'resumed', 'error']);
  return { socket, answer, isIn: answer['type'] !== 'error' };
}

describe('participants of one address', () => {
  it('are never more than the limit over all rooms, and the next get in when they have left', async () => {
    limits.max_participants_per_ip = 5;
    for (let wave = 0; wave < 2; wave++) {
      const all = await Promise.all(Array.from({ length: 30 }, (_, i) => come(`room-${i % 3}`)));
      expect(await taken('participants')).toBe(5);
      const refused = all.filter(({ isIn }) => !isIn);
      expect(refused).toHaveLength(25);
      for (const { answer, socket } of refused) {
        expect(answer).toMatchObject({ code: 'too_many_participants', requestType: 'join' });
        expect(await socket.closed()).toMatchObject({
          code: 4429,
          reason: expect.stringContaining('try again'),
        });
      }
      for (const { socket } of all) socket.close();
      await expect.poll(() => taken('participants')).toBe(0);
    }
  });

  it('are counted by /64, and not where the address is unknown or the limit switched off', async () => {
    limits.max_participants_per_ip = 1;
    expect((await come('v6', '2001:db8:1:2::1')).isIn).toBe(true);
    expect((await come('v6', '2001:db8:1:2::2')).isIn).toBe(false);
    expect((await come('v6', '2001:db8:1:3::1')).isIn).toBe(true);
    for (let i = 0; i < 3; i++) expect((await come('v6', '')).isIn).toBe(true);
    limits.enabled = false;
    expect((await come('v6', '2001:db8:1:2::2')).isIn).toBe(true);
  });

  it('who come back need no second place', async () => {
    limits.max_participants_per_ip = 1;
    const { socket, answer } = await come('back', HERE, { recovers: true });
    const { participantId, resumeSecret, seq } = answer;
    socket.close();
    const resume = { participantId, secret: resumeSecret, seq };
    const again = await come('back', HERE, { recovers: true, resume });
    expect(again.answer['type']).toBe('resumed');
    expect(await taken('participants')).toBe(1);
    again.socket.send({ type: 'leave' });
    await expect.poll(() => taken('participants')).toBe(0);
  });

  it('who wait in the lobby have a place, until they are denied or the room closes', async () => {
    await make('lobby', '198.51.100.1', { lobby: true });
    const first = await come('lobby');
    expect(first.answer['type']).toBe('waiting');
    await come('lobby');
    expect(await taken('participants')).toBe(2);
    first.socket.close();
    await expect.poll(() => taken('participants')).toBe(1);
    await close('lobby');
    await expect.poll(() => taken('participants')).toBe(0);
  });

  it.each([
    ['room_full', () => make('r', '198.51.100.1', { maxParticipants: 1 }), {}],
    ['room_locked', () => make('r', '198.51.100.1', { locked: true }), {}],
    ['server_full', () => Object.assign(webrtcConfig.rooms, { max_rooms: 0 }), {}],
    ['too_many_rooms', () => Object.assign(limits, { max_rooms_per_ip: 0 }), {}],
    ['room_not_found', () => Object.assign(webrtcConfig.rooms, { auto_create: false }), {}],
    ['unsupported_version', () => undefined, { version: 99 }],
    ['wrong_room', () => undefined, { roomId: 'other' }],
  ])('who are refused with %s keep no place', async (code, arrange, fields) => {
    await arrange();
    if (code === 'room_full') expect((await come('r', '198.51.100.1')).isIn).toBe(true);
    const { answer, socket } = await come('r', HERE, fields);
    expect(answer).toMatchObject({ code });
    await socket.closed();
    await expect.poll(() => taken('participants')).toBe(0);
    await expect.poll(() => taken('rooms')).toBe(0);
  });

  it('who go while their place is asked for keep none, and are nobody in the room', async () => {
    await make('r', '198.51.100.1');
    // A promise of one object's may not be settled in another's.
    let isAsked = false;
    let mayAnswer = false;
    let held = 0;
    const reserve = LimiterObject.prototype.reserve;
    vi.spyOn(LimiterObject.prototype, 'reserve').mockImplementation(async function (
      this: LimiterObject,
      ...args
    ) {
      isAsked = true;
      await expect.poll(() => mayAnswer).toBe(true);
      const isReserved = await reserve.apply(this, args);
      if (isReserved) held += 1;
      return isReserved;
    });
    const socket = await TestSocket.open('/ws?room=r', at(HERE));
    socket.send({ type: 'join', roomId: 'r', participantName: 'Ann' });
    await expect.poll(() => isAsked).toBe(true);
    socket.close();
    await expect.poll(() => runInDurableObject(RoomObject.of(env, 'r'), openSockets)).toBe(0);
    mayAnswer = true;
    await expect.poll(() => held).toBe(1);
    await expect.poll(() => taken('participants')).toBe(0);
    expect(await (await ask('/api/rooms/r')).json()).toMatchObject({ participantCount: 0 });
  });

  it('who have said join are not sent away for saying nothing while their place is asked for', async () => {
    await make('r', '198.51.100.1');
    let isAsked = false;
    let mayAnswer = false;
    const reserve = LimiterObject.prototype.reserve;
    vi.spyOn(LimiterObject.prototype, 'reserve').mockImplementation(async function (
      this: LimiterObject,
      ...args
    ) {
      isAsked = true;
      await expect.poll(() => mayAnswer).toBe(true);
      return reserve.apply(this, args);
    });
    const opened = Date.now();
    const socket = await TestSocket.open('/ws?room=r', at(HERE));
    vi.spyOn(Date, 'now').mockImplementation(() => opened + 9_000);
    socket.send({ type: 'join', roomId: 'r', participantName: 'Ann' });
    await expect.poll(() => isAsked).toBe(true);
    vi.mocked(Date.now).mockImplementation(() => opened + 11_000);
    expect(await runDurableObjectAlarm(RoomObject.of(env, 'r'))).toBe(true);
    vi.mocked(Date.now).mockRestore();
    mayAnswer = true;
    expect(await socket.any(['joined', 'error'])).toMatchObject({ type: 'joined' });
  });

  it('who leave behind a sweep that is still being told keep no place', async () => {
    const first = await come('r');
    const second = await come('r');
    let isAsked = false;
    let mayAnswer = false;
    const free = LimiterObject.prototype.free;
    vi.spyOn(LimiterObject.prototype, 'free').mockImplementation(async function (
      this: LimiterObject,
      ...args
    ) {
      isAsked = true;
      await expect.poll(() => mayAnswer).toBe(true);
      return free.apply(this, args);
    });
    // One that keeps the room's queue busy, one that waits behind it, a sweep, and one more.
    await come('r', '198.51.100.1').then(({ socket }) => socket.send({ type: 'leave' }));
    await expect.poll(() => isAsked).toBe(true);
    first.socket.send({ type: 'leave' });
    await second.socket.next('participant-left');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11 * 60_000);
    await runDurableObjectAlarm(RoomObject.of(env, 'r'));
    vi.mocked(Date.now).mockRestore();
    second.socket.send({ type: 'leave' });
    await second.socket.closed();
    mayAnswer = true;
    await expect.poll(() => taken('participants')).toBe(0);
  });

  it('are read in order: what follows a join waits for it', async () => {
    const socket = await TestSocket.open('/ws?room=order', at(HERE));
    socket.send({ type: 'join', roomId: 'order', participantName: 'Ann' });
    socket.send({ type: 'join', roomId: 'order', participantName: 'Ann' });
    socket.send({ type: 'chat', text: 'first' });
    socket.send({ type: 'chat', text: 'second' });
    expect((await socket.any(['joined', 'error']))['type']).toBe('joined');
    expect(await socket.any(['error'])).toMatchObject({ code: 'already_joined' });
    expect(await socket.next('chat')).toMatchObject({ text: 'first' });
    expect(await socket.next('chat')).toMatchObject({ text: 'second' });
    expect(await taken('participants')).toBe(1);
  });

  it('wait once for a Limiter that is silent', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await make('r', '198.51.100.1');
    let isOver = false;
    const silent = vi.spyOn(LimiterObject.prototype, 'reserve').mockImplementation(async () => {
      await expect.poll(() => isOver, { timeout: 20_000 }).toBe(true);
      return true;
    });
    expect((await come('r')).isIn).toBe(true);
    expect(silent).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('no answer'));
    isOver = true;
  });

  it('get in when their places cannot be counted; the room’s sweep makes up for it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const broken = vi.spyOn(LimiterObject.prototype, 'reserve').mockRejectedValue(new Error('out of reach'));
    expect((await come('sweep')).isIn).toBe(true);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('place not reserved'));
    broken.mockRestore();
    expect([await taken('participants'), await taken('rooms'), await openRooms()]).toEqual([0, 0, 0]);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11 * 60_000);
    await runDurableObjectAlarm(RoomObject.of(env, 'sweep'));
    vi.mocked(Date.now).mockRestore();
    await expect.poll(() => taken('participants')).toBe(1);
    await expect.poll(() => Promise.all([taken('rooms'), openRooms()])).toEqual([1, 1]);
  });
});

describe('rooms', () => {
  it('of one address are never more than the limit, whoever joins them, and are free when they close', async () => {
    limits.max_rooms_per_ip = 3;
    const made = await Promise.all(Array.from({ length: 20 }, (_, i) => make(`room-${i}`, HERE)));
    const refused = made.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(17);
    for (const response of refused) {
      expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '60']);
      expect(await response.json()).toMatchObject({ code: 'too_many_rooms' });
    }
    expect(await openRooms(), 'whoever is refused takes none of all').toBe(3);
    expect((await come('room-new')).answer).toMatchObject({ code: 'too_many_rooms' });
    expect((await come('room-new', '198.51.100.1')).isIn, 'another address opens it').toBe(true);
    expect((await come('room-new')).isIn, 'and who has used up its own joins it').toBe(true);
    for (let i = 0; i < 20; i++) await close(`room-${i}`);
    await expect.poll(() => taken('rooms')).toBe(0);
    expect((await make('room-again', HERE)).status).toBe(201);
  });

  it('of the operator’s own server are limited by no address, by other tokens they are', async () => {
    limits.max_rooms_per_ip = 1;
    limits.requests_per_minute = 3;
    const authorized = (token: string) => ({ Authorization: `Bearer ${token}` });
    const server = authorized(await mintApiToken({ apiKey: NEW_KEY }));
    for (let i = 0; i < 5; i++) expect((await make(`server-${i}`, HERE, {}, server)).status).toBe(201);
    const guest = authorized(await mintToken({ apiKey: NEW_KEY, room: 'r', identity: 'ann' }));
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await make(`guest-${i}`, HERE, {}, guest)).status);
    expect(statuses).toEqual([201, 429, 429, 429]);
    expect(await taken('rooms')).toBe(1);
  });

  it('of the server are never more than the limit, however many are made at once', async () => {
    webrtcConfig.rooms.max_rooms = 8;
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? make(`room-${i}`, `198.51.100.${i}`).then(({ status }) => status === 201)
          : come(`room-${i}`, `198.51.100.${i}`).then(({ isIn }) => isIn),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(8);
    expect(await openRooms()).toBe(8);
    await Promise.all(made.map((_, i) => close(`room-${i}`)));
    await expect.poll(openRooms).toBe(0);
  });

  it('made anew under the same id have a place of their own', async () => {
    for (let i = 0; i < 3; i++) {
      expect((await make('same', HERE)).status).toBe(201);
      expect((await close('same')).status).toBe(204);
    }
    expect((await make('same', HERE)).status).toBe(201);
    await expect.poll(() => taken('rooms')).toBe(1);
    await evictDurableObject(RoomObject.of(env, 'same'));
    await close('same');
    await expect.poll(() => Promise.all([taken('rooms'), openRooms()])).toEqual([0, 0]);
  });

  it('are not made by joins that are refused for want of a participant’s place', async () => {
    limits.max_participants_per_ip = 1;
    expect((await come('one')).isIn).toBe(true);
    expect((await come('two')).isIn).toBe(false);
    expect((await ask('/api/rooms/two')).status).toBe(404);
    expect(closeCode('too_many_participants')).toBe(4429);
  });
});
