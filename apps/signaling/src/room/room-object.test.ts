import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { TicketClaims } from '@parley/protocol/tokens';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { TestNode } from '../testing/test-node.ts';
import { ask, joinRoom, TestSocket } from '../testing/test-socket.ts';
import { RoomObject } from './room-object.ts';

const camera = { trackId: 't-1', kind: 'video', source: 'camera', codec: 'VP8', layers: 3, muted: false };

/** Lets the room's clock reach its next alarm. */
async function later(room: string, milliseconds: number): Promise<void> {
  await runInDurableObject(RoomObject.of(env, room), async (_, ctx) => {
    const text = (await ctx.storage.get<string>('state')) ?? '{}';
    await ctx.storage.put(
      'state',
      text.replace(
        /"(emptySince|vanishedAt|mediaSince|since|until|checkAt|reopenAt)":(\d+)/g,
        (_all, key, at) => `"${key}":${Number(at) - milliseconds}`,
      ),
    );
  });
  await evictDurableObject(RoomObject.of(env, room));
  await runDurableObjectAlarm(RoomObject.of(env, room));
}

describe.each([
  ['the bare path', () => '/ws'],
  ['the path that names the room', (room: string) => `/ws?room=${room}`],
])('joining over %s', (name, path) => {
  const room = (suffix: string) => `${name.includes('bare') ? 'bare' : 'named'}-${suffix}`;

  it('tells who is there, what was configured, and who comes and goes', async () => {
    const id = room('people');
    const ann = await joinRoom(id, 'Ann', path(id));
    expect(ann.joined).toMatchObject({
      roomId: id,
      version: 1,
      participants: [],
      room: { name: id, maxParticipants: 100 },
      media: {
        simulcast: true,
        layers: { low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 } },
      },
    });
    const bob = await joinRoom(id, 'Bob', path(id));
    expect(bob.joined['participants']).toMatchObject([{ participantId: ann.participantId, name: 'Ann' }]);
    expect(await ann.socket.next('participant-joined')).toMatchObject({ participant: { name: 'Bob' } });
    bob.socket.send({ type: 'chat', text: 'hi' });
    expect(await ann.socket.next('chat')).toMatchObject({ name: 'Bob', text: 'hi' });
    bob.socket.send({ type: 'leave' });
    expect(await ann.socket.next('participant-left')).toMatchObject({
      participantId: bob.participantId,
      reason: 'left',
    });
    expect((await bob.socket.closed()).code).toBe(1000);
    ann.socket.close();
    await expect
      .poll(async () => (await ask(`/api/rooms/${id}`)).json())
      .toMatchObject({ participantCount: 0 });
  });

  it('answers every kind of nonsense with an error and goes on', async () => {
    const id = room('nonsense');
    const socket = await TestSocket.open(path(id));
    socket.send('{');
    await socket.error('bad_json');
    socket.send({ type: 'dance' });
    expect(await socket.error('unknown_type')).toMatchObject({ requestType: 'dance' });
    socket.send({ type: 'offer', sdp: 'v=0' });
    expect(await socket.error('join_required')).toMatchObject({ requestType: 'offer' });
    socket.send({ type: 'join', roomId: id, participantName: 'x'.repeat(20_000) });
    await socket.error('message_too_large');
    socket.send({ type: 'join', roomId: id, participantName: ' ' });
    expect(await socket.error('invalid_message')).toMatchObject({ requestType: 'join' });
    socket.send({ type: 'join', roomId: id, participantName: 'Ann' });
    await socket.next('joined');
    socket.send({ type: 'join', roomId: id, participantName: 'Ann' });
    await socket.error('already_joined');
    socket.send({ type: 'join', roomId: 'elsewhere', participantName: 'Ann' });
    await socket.error('already_joined');
    socket.send({ type: 'mute', roomId: 'elsewhere', trackId: 't', muted: true });
    await socket.error('wrong_room');
  });

  it('takes no harm from what is sent behind a goodbye', async () => {
    const id = room('goodbye');
    const { socket } = await joinRoom(id, 'Ann', path(id));
    socket.send({ type: 'leave' });
    for (let i = 0; i < 20; i++) socket.send({ type: 'chat', text: 'still here?' });
    expect((await socket.closed()).code).toBe(1000);
    expect(socket.left.filter((message) => message['type'] === 'chat')).toEqual([]);
  });

  it('refuses a join from the future and closes with the code', async () => {
    const id = room('future');
    const socket = await TestSocket.open(path(id));
    socket.send({ type: 'join', roomId: id, participantName: 'Ann', version: 99 });
    await socket.error('unsupported_version');
    expect((await socket.closed()).code).toBe(4426);
  });
});

describe('the room', () => {
  it('refuses to join another room over its socket', async () => {
    const socket = await TestSocket.open('/ws?room=here');
    await joinRoom('here', 'Bob');
    socket.send({ type: 'join', roomId: 'there', participantName: 'Ann' });
    await socket.error('wrong_room');
    expect((await socket.closed()).code).toBe(4403);
  });

  it('does not let a socket make a room under another room’s id', async () => {
    const socket = await TestSocket.open('/ws?room=here-2');
    socket.send({ type: 'join', roomId: 'there-2', participantName: 'Ann' });
    await socket.error('wrong_room');
    expect((await ask('/api/rooms/there-2')).status).toBe(404);
    expect((await ask('/api/rooms/here-2')).status).toBe(404);
  });

  it('holds its number of participants', async () => {
    await call('POST', '/api/rooms', { id: 'small', maxParticipants: 1 });
    await joinRoom('small', 'Ann');
    const socket = await TestSocket.open('/ws?room=small');
    socket.send({ type: 'join', roomId: 'small', participantName: 'Bob' });
    await socket.error('room_full');
    expect((await socket.closed()).code).toBe(4409);
  });

  it('closes sockets that do not join', async () => {
    const socket = await TestSocket.open('/ws?room=silent');
    await runInDurableObject(RoomObject.of(env, 'silent'), (_, ctx) => {
      for (const open of ctx.getWebSockets()) {
        open.serializeAttachment({ ...(open.deserializeAttachment() as object), openedAt: 0 });
      }
    });
    await evictDurableObject(RoomObject.of(env, 'silent'));
    expect(await runDurableObjectAlarm(RoomObject.of(env, 'silent')), 'an alarm was set').toBe(true);
    await socket.error('join_timeout');
    expect((await socket.closed()).code).toBe(4408);
  });

  it('leaves nothing behind for a room that was never joined, nor for one that was deleted', async () => {
    const stored = (room: string) =>
      runInDurableObject(RoomObject.of(env, room), async (_, ctx) => ({
        keys: [...(await ctx.storage.list()).keys()],
        alarm: await ctx.storage.getAlarm(),
      }));
    const passer = await TestSocket.open('/ws?room=passer-by');
    passer.close();
    await runDurableObjectAlarm(RoomObject.of(env, 'passer-by'));
    expect(await stored('passer-by')).toEqual({ keys: [], alarm: null });

    await joinRoom('deleted', 'Ann');
    const waiting = await TestSocket.open('/ws?room=deleted');
    expect((await ask('/api/rooms/deleted', { method: 'DELETE' })).status).toBe(204);
    expect((await stored('deleted')).alarm, 'who has yet to join still has a deadline').not.toBeNull();
    waiting.close();
    await runDurableObjectAlarm(RoomObject.of(env, 'deleted'));
    await expect.poll(() => stored('deleted')).toEqual({ keys: [], alarm: null });
  });

  it('empties what nobody needs any more though it had a time to be looked at', async () => {
    const left = RoomObject.of(env, 'left');
    await runInDurableObject(left, async (_, { storage }) => {
      storage.kv.put('webhooks', { roomId: 'left', createdAt: 1, seq: 1 });
      await storage.setAlarm(Date.now() + 60_000);
    });
    await evictDurableObject(left);
    expect(await runDurableObjectAlarm(left), 'it is still looked at').toBe(true);
    const keys = await runInDurableObject(left, (_, { storage }) => [...storage.kv.list()]);
    expect(keys).toEqual([]);
  });

  it('does not make a room for a join that it refuses', async () => {
    const socket = await TestSocket.open('/ws?room=unmade');
    socket.send({ type: 'join', roomId: 'unmade', participantName: 'Ann', version: 99 });
    await socket.error('unsupported_version');
    expect((await ask('/api/rooms/unmade')).status).toBe(404);
  });

  it('misses by itself who went with a deploy', async () => {
    await joinRoom('ghosts', 'Ann');
    await joinRoom('ghosts', 'Bob');
    await evictDurableObject(RoomObject.of(env, 'ghosts'), { webSockets: 'close' });
    expect(await runDurableObjectAlarm(RoomObject.of(env, 'ghosts')), 'a sweep was due').toBe(true);
    // It answers from a look that may be a second old.
    const counted = async () => (await ask('/health')).json();
    await expect.poll(counted, { timeout: 10_000 }).toMatchObject({ rooms: 1, participants: 0 });
  });

  it('makes a room anew that a build it does not know has stored', async () => {
    const ann = await joinRoom('old', 'Ann');
    // The search for a node writes the state once more.
    await ann.socket.error('media_unavailable');
    await runInDurableObject(RoomObject.of(env, 'old'), async (_, ctx) => {
      const text = (await ctx.storage.get<string>('state')) ?? '';
      await ctx.storage.put('state', text.replace(/"version":\d+/, '"version":0'));
    });
    await evictDurableObject(RoomObject.of(env, 'old'));
    expect((await ask('/api/rooms/old')).status).toBe(404);
    expect((await ann.socket.closed()).code).toBe(4503);
    await expect.poll(async () => (await ask('/health')).json()).toMatchObject({ rooms: 0 });
    await joinRoom('old', 'Ann');
  });

  it('is not confused by a late hello of an older epoch', async () => {
    const node = await TestNode.start();
    await joinRoom('late-hello', 'Ann');
    const first = await node.assigned();
    const late = await TestSocket.open('/internal/rooms/late-hello/link', {
      Authorization: `Bearer ${first.assignment}`,
    });
    await later('late-hello', 11_000);
    const second = await node.assigned();
    late.send({ type: 'hello', version: 1, incarnation: 'i-1', sessions: [] });
    expect((await late.closed()).code).toBe(4409);
    const link = await node.link('late-hello', second.assignment);
    await joinRoom('late-hello', 'Bob');
    expect(await link.next('open-session'), 'the current link goes on').toBeDefined();
  });

  it('relays media between a client and the node that its ticket names', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('relay', 'Ann');
    ann.socket.send({ type: 'offer', roomId: 'relay', sdp: 'v=0 early' });
    const { link, roomId, epoch } = await node.serve();
    expect(roomId).toBe('relay');

    const opened = await link.next('open-session');
    expect(opened['participantId']).toBe(ann.participantId);
    const keys = createLocalJWKSet(await (await ask('/.well-known/jwks.json')).json<JSONWebKeySet>());
    const { payload, protectedHeader } = await jwtVerify(String(opened['ticket']), keys);
    const claims = TicketClaims.parse(payload);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'parley-ticket+jwt' });
    expect(claims).toMatchObject({
      aud: 'node-1',
      sub: ann.participantId,
      room: 'relay',
      epoch,
      requestOffers: true,
    });
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(60);

    expect(await link.next('session-request')).toMatchObject({
      message: { type: 'offer', sdp: 'v=0 early' },
    });
    const answer = { type: 'answer', roomId: 'relay', sdp: 'v=0', requestType: 'offer', tracks: [] };
    link.send({ type: 'session-event', participantId: ann.participantId, session: 1, message: answer });
    expect(await ann.socket.next('answer')).toEqual(answer);

    const bob = await joinRoom('relay', 'Bob');
    expect(await link.next('open-session')).toMatchObject({ participantId: bob.participantId });
    link.send({ type: 'track-published', participantId: ann.participantId, session: 1, track: camera });
    expect(await bob.socket.next('track-published')).toMatchObject({
      participantId: ann.participantId,
      track: camera,
    });
    ann.socket.send({ type: 'mute', trackId: 't-1', muted: true });
    expect(await link.next('set-muted')).toMatchObject({ trackId: 't-1', muted: true });
    expect(await bob.socket.next('track-muted')).toMatchObject({ trackId: 't-1', muted: true });
    bob.socket.send({ type: 'leave' });
    expect(await link.next('close-session')).toMatchObject({ participantId: bob.participantId });
  });

  it('asks the node for its figures', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('figures', 'Ann');
    const { link } = await node.serve();
    link.send({ type: 'track-published', participantId: ann.participantId, session: 1, track: camera });
    const response = ask('/api/rooms/figures/stats');
    const { requestId } = await link.next('get-stats');
    const layer = {
      rid: 'low',
      bitrate: 100_000,
      packets: 10,
      packetsLost: 1,
      fractionLost: 0.1,
      jitterMs: 4,
    };
    const { participantId } = ann;
    const track = { trackId: 't-1', participantId, kind: 'video', source: 'camera', codec: 'VP8' };
    link.send({
      type: 'stats',
      requestId,
      stats: {
        tracks: [
          { ...track, bitrate: 100_000, packetsLost: 1, fractionLost: 0.1, jitterMs: 4, layers: [layer] },
        ],
        subscriptions: [{ trackId: 't-1', participantId: 'p-2', bitrate: 90_000, fractionLost: 0 }],
      },
    });
    expect(await (await response).json()).toMatchObject({
      roomId: 'figures',
      participantCount: 1,
      trackCount: { audio: 0, video: 1 },
      bitrate: { received: 100_000, sent: 90_000 },
      packetLossRate: 0.1,
      jitterMs: 4,
      tracks: [{ layers: [{ rid: 'low' }] }],
    });
  });

  it('says so when the node does not answer with its figures', async () => {
    const node = await TestNode.start();
    await joinRoom('mute-node', 'Ann');
    await node.serve();
    const response = await ask('/api/rooms/mute-node/stats');
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([
      503,
      'media_unavailable',
    ]);
  });

  it('sleeps and wakes with the room intact', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('sleepy', 'Ann');
    const bob = await joinRoom('sleepy', 'Bob');
    const { link } = await node.serve();
    await link.next('open-session');
    await evictDurableObject(RoomObject.of(env, 'sleepy'));
    ann.socket.send({ type: 'chat', text: 'awake?' });
    expect(await bob.socket.next('chat')).toMatchObject({ name: 'Ann', text: 'awake?' });
    await evictDurableObject(RoomObject.of(env, 'sleepy'));
    link.send({ type: 'track-published', participantId: ann.participantId, session: 1, track: camera });
    expect(await bob.socket.next('track-published')).toMatchObject({ track: { trackId: 't-1' } });
    await evictDurableObject(RoomObject.of(env, 'sleepy'));
    expect(await (await ask('/api/rooms/sleepy')).json()).toMatchObject({
      participants: [
        { name: 'Ann', tracks: [camera] },
        { name: 'Bob', tracks: [] },
      ],
    });
  });

  it('keeps who lost the socket while the node sees media, and lets go when it no longer does', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('grace', 'Ann');
    const bob = await joinRoom('grace', 'Bob');
    const { link } = await node.serve();
    const media = (state: string) =>
      link.send({ type: 'media-state', participantId: ann.participantId, session: 1, state });
    media('connected');
    link.send({ type: 'track-published', participantId: ann.participantId, session: 1, track: camera });
    await bob.socket.next('track-published');
    ann.socket.close();
    await later('grace', 3_600_000);
    expect(await (await ask('/api/rooms/grace')).json()).toMatchObject({ participantCount: 2 });
    media('disconnected');
    expect(await bob.socket.next('participant-left')).toMatchObject({ reason: 'connection-lost' });
    expect(await link.next('close-session')).toMatchObject({ participantId: ann.participantId, session: 1 });
  });

  it('closes an empty room after its idle time, having given its node back before', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('idle', 'Ann');
    const { link, assignment } = await node.serve();
    ann.socket.send({ type: 'leave' });
    await ann.socket.closed();
    await later('idle', 31_000);
    expect(await link.next('close-room')).toMatchObject({ roomId: 'idle' });
    expect((await ask('/api/rooms/idle')).status, 'the room itself is still there').toBe(200);
    await expect(
      TestSocket.open('/internal/rooms/idle/link', { Authorization: `Bearer ${assignment}` }),
    ).rejects.toMatchObject({ status: 409 });
    const listed = async () =>
      (await (await ask('/api/rooms')).json<{ rooms: { id: string }[] }>()).rooms.some(
        ({ id }) => id === 'idle',
      );
    await expect.poll(listed, { message: 'the list has it' }).toBe(true);
    await later('idle', 3_600_000);
    expect((await ask('/api/rooms/idle')).status).toBe(404);
    await expect.poll(listed, { message: 'nor is it listed' }).toBe(false);
    const left = await runInDurableObject(RoomObject.of(env, 'idle'), async (_, { storage }) => ({
      rows: (await storage.list()).size,
      alarm: await storage.getAlarm(),
    }));
    expect(left, 'nothing is stored, and nothing wakes the object again').toEqual({ rows: 0, alarm: null });
  });

  it('closes a room of the connection test soon after everybody has left', async () => {
    const room = 'connection-test-abc';
    const ann = await joinRoom(room, 'Ann');
    ann.socket.send({ type: 'leave' });
    await ann.socket.closed();
    await later(room, 25_000);
    expect((await ask(`/api/rooms/${room}`)).status, 'it leaves and joins again').toBe(200);
    await later(room, 31_000);
    expect((await ask(`/api/rooms/${room}`)).status).toBe(404);
  });

  it('goes on with a node that comes back in its epoch, and fences the epoch before', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('epochs', 'Ann');
    const first = await node.serve();
    await first.link.next('open-session');
    first.link.close();
    const back = await node.link('epochs', first.assignment, [
      { participantId: ann.participantId, session: 1, tracks: [camera] },
    ]);
    expect(back.left, 'the session goes on without a new ticket').toEqual([]);
    expect(await (await ask('/api/rooms/epochs')).json()).toMatchObject({
      participants: [{ tracks: [camera] }],
    });

    back.close();
    await expect
      .poll(() =>
        runInDurableObject(RoomObject.of(env, 'epochs'), (_, ctx) => ctx.storage.get<string>('state')),
      )
      .toContain('unlinked');
    await later('epochs', 25_000);
    const second = await node.assigned();
    expect(second.epoch).toBeGreaterThan(first.epoch);
    const stale = TestSocket.open('/internal/rooms/epochs/link', {
      Authorization: `Bearer ${first.assignment}`,
    });
    await expect(stale).rejects.toMatchObject({ status: 409 });
  });
});
