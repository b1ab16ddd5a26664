import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { recorderLinkPath } from '@parley/protocol/recording/recorder-link';
import { describe, expect, it, vi } from 'vitest';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signRecorderAssignment } from '../keyring/sign.ts';
import { RecordingObject } from '../recordings/recording-object.ts';
import { call } from '../testing/api.ts';
import { TestNode } from '../testing/test-node.ts';
import { TARGET, TestRecorder } from '../testing/test-recorder.ts';
import { joinRoom, refusal } from '../testing/test-socket.ts';
import { RoomObject } from './room-object.ts';

const start = (room: string, options?: object) => call('POST', `/api/rooms/${room}/recording/start`, options);
const stop = (room: string) => call('POST', `/api/rooms/${room}/recording/stop`);

/** What is stored of a room. */
function stored(room: string): Promise<string | undefined> {
  return runInDurableObject(RoomObject.of(env, room), (_, ctx) => ctx.storage.get<string>('state'));
}

/** What is left of rooms of this name that are gone. */
function kept(room: string): Promise<unknown> {
  return runInDurableObject(RoomObject.of(env, room), (_, { storage }) => storage.kv.get('last-news'));
}

/** Starts a recording of a room that somebody is in, with a node that serves it, and has a recorder record it. */
async function recorded(room: string, recorder: TestRecorder, options?: object) {
  const node = await TestNode.start();
  const ann = await joinRoom(room, 'Ann');
  const { link: nodeLink, assignment } = await node.serve();
  const [answer, { link, order, welcome }] = await Promise.all([start(room, options), recorder.record()]);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { node, nodeLink, assignment, ann, link, order, welcome, recording: answer.body };
}

describe('a recording', () => {
  it('begins with a recorder’s hello, and ends when it is stopped', async () => {
    const recorder = await TestRecorder.start();
    const { nodeLink, ann, link, order, welcome, recording } = await recorded('whole', recorder, {
      quality: 'medium',
    });
    const { recordingId, epoch } = order;
    expect(recording).toMatchObject({
      id: recordingId,
      roomId: 'whole',
      status: 'recording',
      options: { mode: 'tracks', quality: 'medium' },
      startedBy: { type: 'api' },
    });
    expect(welcome).toMatchObject({
      recordingId,
      roomId: 'whole',
      epoch: 1,
      participants: [{ participantId: ann.participantId, name: 'Ann' }],
      startedAt: recording['startedAt'],
      assignment: expect.any(String),
    });
    expect(await nodeLink.next('capture')).toEqual({
      type: 'capture',
      order: { recordingId, epoch, target: TARGET, audioOnly: false, quality: 'medium' },
    });
    expect(await ann.socket.next('recording-started')).toMatchObject({ recordingId });
    expect((await call('GET', '/api/rooms/whole')).body).toMatchObject({ recording: { recordingId } });
    expect((await call('GET', `/api/recordings/${recordingId}`)).body).toMatchObject({ status: 'recording' });

    const bob = await joinRoom('whole', 'Bob');
    expect(bob.joined).toMatchObject({ recording: { recordingId, startedAt: recording['startedAt'] } });
    expect(await link.next('participant')).toMatchObject({ participant: { name: 'Bob' } });
    bob.socket.send({ type: 'rename', name: 'Rob' });
    expect(await link.next('participant')).toMatchObject({ participant: { name: 'Rob' } });
    const ended = { type: 'track-ended', trackId: 't-1' };
    nodeLink.send({ type: 'capture-event', recordingId, epoch: 2, event: { ...ended, trackId: 'later' } });
    nodeLink.send({ type: 'capture-event', recordingId, epoch, event: ended });
    expect(await link.next('capture')).toEqual({ type: 'capture', nodeId: 'node-1', event: ended });
    bob.socket.send({ type: 'leave' });
    expect(await link.next('participant-left')).toMatchObject({ participantId: bob.participantId });

    expect(await start('whole')).toMatchObject({ status: 409, body: { code: 'recording_active' } });
    expect(await stop('whole')).toMatchObject({
      status: 200,
      body: { id: recordingId, status: 'finishing', stoppedAt: expect.any(Number) },
    });
    expect((await call('GET', `/api/recordings/${recordingId}`)).body).toMatchObject({ status: 'finishing' });
    expect(await nodeLink.next('end-capture')).toMatchObject({ recordingId, epoch });
    expect(await link.next('stop')).toEqual({ type: 'stop', reason: 'stopped' });
    expect((await link.closed()).code).toBe(1000);
    expect(await ann.socket.next('recording-stopped')).toMatchObject({ recordingId, reason: 'stopped' });
    expect(await stop('whole')).toMatchObject({ status: 409, body: { code: 'recording_inactive' } });
    expect(await refusal(recorderLinkPath('whole'), order.assignment), 'it is over').toEqual([
      409,
      'assignment_stale',
    ]);
  });

  it('is refused with what is missing', async () => {
    expect(await start('nowhere')).toMatchObject({ status: 404, body: { code: 'room_not_found' } });
    await joinRoom('refused', 'Ann');
    const none = await start('refused');
    expect(none).toMatchObject({ status: 503, body: { code: 'recording_unavailable' } });
    expect(none.body['detail']).toContain('start one');
    expect(await start('refused', { quality: 'best' })).toMatchObject({ status: 400 });
    expect((await call('GET', '/api/rooms/refused')).body).not.toHaveProperty('recording');
  });

  it('is refused in the words of the last of two recorders, and is as if it had not been', async () => {
    const recorders = await Promise.all(['a', 'b', 'c'].map((id) => TestRecorder.start(id)));
    const ann = await joinRoom('cannot', 'Ann');
    const answer = start('cannot');
    for (const [index, recorder] of recorders.slice(0, 2).entries()) {
      const order = await recorder.asked();
      const link = await recorder.open(order);
      link.send({ type: 'failed', code: 'recording_unavailable', message: `disk ${index} is full` });
      await link.closed();
    }
    expect(await answer).toMatchObject({
      status: 503,
      body: { code: 'recording_unavailable', detail: 'disk 1 is full' },
    });
    expect(recorders[2]?.fleet.left, 'two are enough').toEqual([]);
    expect(await stored('cannot')).not.toContain('"recording":');
    ann.socket.send({ type: 'chat', text: 'hi' });
    expect(await ann.socket.next('chat')).toMatchObject({ seq: 2 });
  });

  it('is refused at once by the only recorder, asked once', async () => {
    const recorder = await TestRecorder.start();
    await joinRoom('once', 'Ann');
    const answer = start('once');
    const link = await recorder.open(await recorder.asked());
    link.send({ type: 'failed', code: 'internal', message: 'ffmpeg is missing; install it' });
    expect(await answer).toMatchObject({
      status: 503,
      body: { code: 'recording_unavailable', detail: 'ffmpeg is missing; install it' },
    });
    expect(recorder.fleet.left).toEqual([]);
  });

  it('is given up when no recorder says hello in time', async () => {
    const recorder = await TestRecorder.start();
    await joinRoom('silent', 'Ann');
    const answer = start('silent');
    const link = await recorder.open(await recorder.asked());
    expect(await answer).toMatchObject({ status: 503, body: { code: 'recording_unavailable' } });
    link.send({ type: 'hello', version: 1, incarnation: 'i', target: TARGET });
    expect((await link.closed()).code, 'too late').toBe(4409);
  }, 20_000);

  it('ends with its room', async () => {
    const recorder = await TestRecorder.start();
    const { link, ann } = await recorded('closes', recorder);
    await call('DELETE', '/api/rooms/closes');
    expect(await link.next('stop')).toEqual({ type: 'stop', reason: 'stopped' });
    expect(await ann.socket.next('recording-stopped')).toMatchObject({ reason: 'room-closed' });
  });
});

describe('a recording whose memory cannot be reached', () => {
  it('is told of when its room is gone, until it has heard all of it: else nobody would finish it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const deaf = vi.spyOn(RecordingObject.prototype, 'opened').mockImplementation(() => {
      throw new Error('the memory is away');
    });
    const recorder = await TestRecorder.start();
    const { order } = await recorded('unheard', recorder);
    const { recordingId } = order;
    await call('DELETE', '/api/rooms/unheard');
    const room = RoomObject.of(env, 'unheard');
    expect(await room.recordingFacts(recordingId)).toMatchObject({
      turns: [{ epoch: 1 }],
      stopped: { reason: 'room-closed' },
    });
    await joinRoom('unheard', 'Bob');
    await evictDurableObject(room);
    await expect.poll(() => kept('unheard')).toMatchObject({ failures: 1 });
    expect((await call('GET', `/api/recordings/${recordingId}`)).status).toBe(404);
    deaf.mockRestore();
    await runInDurableObject(room, (_, { storage: { kv } }) => {
      kv.put('last-news', { ...(kv.get('last-news') as object), at: 0 });
    });
    await runDurableObjectAlarm(room);
    await expect.poll(() => kept('unheard')).toBeUndefined();
    const { body } = await call('GET', `/api/recordings/${recordingId}`);
    expect(body).toMatchObject({ roomId: 'unheard', status: 'finishing' });
    expect((await call('GET', '/api/rooms/unheard')).status, 'the room of that name by now').toBe(200);
    await call('DELETE', '/api/rooms/unheard');
    await expect
      .poll(() => runInDurableObject(room, async (_, { storage }) => [...(await storage.list()).keys()]))
      .toEqual([]);
    vi.restoreAllMocks();
  });
});

describe('a recorder that goes', () => {
  it('has its turn taken by another one', async () => {
    const a = await TestRecorder.start('a');
    const { nodeLink, link, order, ann } = await recorded('next', a);
    const b = await TestRecorder.start('b');
    await nodeLink.next('capture');
    link.send({ type: 'failed', code: 'internal', message: 'the disk is nearly full' });
    const waiting = await b.asked();
    link.send({ type: 'failed', code: 'internal', message: 'the disk is nearly full' });
    const event = { type: 'track-ended', trackId: 't' };
    nodeLink.send({ type: 'capture-event', recordingId: order.recordingId, epoch: 1, event });
    expect(await link.next('capture'), 'it takes what it can meanwhile').toMatchObject({ event });
    expect(waiting).toMatchObject({ recordingId: order.recordingId, epoch: 2 });
    await (await b.link(waiting)).next('welcome');
    expect(await link.next('stop')).toEqual({ type: 'stop', reason: 'replaced' });
    await link.closed();
    expect(await nodeLink.next('capture')).toMatchObject({ order: { epoch: 2 } });
    expect(await refusal(recorderLinkPath('next'), order.assignment)).toEqual([409, 'assignment_stale']);
    expect(ann.socket.left.filter(({ type }) => type === 'recording-stopped')).toEqual([]);
    expect(await RoomObject.of(env, 'next').recordingFacts(order.recordingId)).toMatchObject({
      turns: [
        { epoch: 1, recorderId: 'a' },
        { epoch: 2, recorderId: 'b' },
      ],
    });
  });

  it('is replaced when the Fleet saw its process end', async () => {
    const a = await TestRecorder.start('a');
    const { link, order } = await recorded('killed', a);
    const b = await TestRecorder.start('b');
    link.close();
    a.fleet.close();
    const next = await b.record();
    expect(next.order).toMatchObject({ recordingId: order.recordingId, epoch: 2 });
  });

  it('is itself again where there is no other, in a turn of its own', async () => {
    const first = await TestRecorder.start('a');
    const { link, order } = await recorded('alone', first);
    link.close(1001);
    first.fleet.close();
    const again = await TestRecorder.start('a', {}, 'i-2');
    const next = await again.record();
    expect(next.order).toMatchObject({ recordingId: order.recordingId, epoch: 2 });
  });

  it('is missed where its machine went without a word', async () => {
    const a = await TestRecorder.start('a');
    await recorded('cut-off', a);
    await runInDurableObject(RoomObject.of(env, 'cut-off'), (_, ctx) => {
      for (const socket of ctx.getWebSockets('recorder:a')) {
        socket.serializeAttachment({ ...(socket.deserializeAttachment() as object), openedAt: 0 });
      }
    });
    await runDurableObjectAlarm(RoomObject.of(env, 'cut-off'));
    await expect.poll(() => stored('cut-off')).toContain('"unlinked"');
  });
});

describe('a restart of the Worker in mid-recording', () => {
  it('changes no turn: node and recorder come back to what they had', async () => {
    const recorder = await TestRecorder.start();
    const { node, assignment, order, welcome } = await recorded('deployed', recorder);
    await evictDurableObject(RoomObject.of(env, 'deployed'), { webSockets: 'close' });
    const link = await recorder.link({ roomId: 'deployed', assignment: String(welcome['assignment']) });
    expect(await link.next('welcome')).toMatchObject({ recordingId: order.recordingId, epoch: 1 });
    const nodeLink = await node.link('deployed', assignment);
    expect(await nodeLink.next('capture')).toMatchObject({ order: { epoch: 1, target: TARGET } });
    const event = { type: 'track-ended', trackId: 't' };
    nodeLink.send({ type: 'capture-event', recordingId: order.recordingId, epoch: 1, event });
    expect(await link.next('capture')).toMatchObject({ nodeId: 'node-1', event });
    expect(recorder.fleet.left.filter(({ type }) => type === 'record')).toEqual([]);
  });

  it('is nothing to sockets that hibernate through it', async () => {
    const recorder = await TestRecorder.start();
    const { nodeLink, link, order } = await recorded('slept', recorder);
    await evictDurableObject(RoomObject.of(env, 'slept'));
    const event = { type: 'track-ended', trackId: 't' };
    nodeLink.send({ type: 'capture-event', recordingId: order.recordingId, epoch: 1, event });
    expect(await link.next('capture')).toMatchObject({ event });
  });

  it('needs a new turn for another process with the same assignment: it would write over what is there', async () => {
    const first = await TestRecorder.start('a', {}, 'i-1');
    const { order, welcome } = await recorded('impostor', first);
    const second = await TestRecorder.start('a', {}, 'i-2');
    const link = await second.link({ roomId: 'impostor', assignment: String(welcome['assignment']) });
    expect(await link.next('stop')).toMatchObject({ reason: 'replaced' });
    expect((await second.record()).order).toMatchObject({ recordingId: order.recordingId, epoch: 2 });
  });
});

describe('a recorder’s link', () => {
  it('refuses every wrong assignment with its code', async () => {
    const recorder = await TestRecorder.start();
    const { order, assignment } = await recorded('guarded', recorder);
    const path = recorderLinkPath('guarded');
    const { recordingId } = order;
    const key = await KeyringObject.of(env).signingKey();
    const sign = (claims: object) =>
      signRecorderAssignment(key, {
        sub: 'recorder-1',
        room: 'guarded',
        recording: recordingId,
        epoch: 1,
        ...claims,
      });
    expect(await refusal(path)).toEqual([401, 'assignment_invalid']);
    expect(await refusal(path, recorder.token), 'a node token is none').toEqual([401, 'assignment_invalid']);
    expect(await refusal(path, assignment), 'nor a node’s').toEqual([401, 'assignment_invalid']);
    expect(await refusal(recorderLinkPath('other'), order.assignment), 'of another room').toEqual([
      401,
      'assignment_invalid',
    ]);
    const link = '/internal/rooms/guarded/link';
    expect(await refusal(link, order.assignment), 'it is no node’s').toEqual([401, 'assignment_invalid']);
    for (const stale of [{ sub: 'recorder-2' }, { recording: 'rec-other' }, { epoch: 2 }]) {
      expect(await refusal(path, await sign(stale))).toEqual([409, 'assignment_stale']);
    }
  });

  it('is cut for what is no hello, and for a second one', async () => {
    const recorder = await TestRecorder.start();
    const { link, welcome } = await recorded('hostile', recorder);
    const hello = { type: 'hello', version: 1, incarnation: 'i-1', target: TARGET };
    for (const [wrong, code] of [
      ['nonsense', 4400],
      ['ping'.repeat(10), 4400],
      [{ type: 'capture', nodeId: 'n', event: {} }, 4400],
      [{ ...hello, version: 99 }, 4426],
      [{ ...hello, target: { ip: 'not an address', port: 1 } }, 4400],
      [{ ...hello, pad: 'x'.repeat(17_000) }, 4413],
    ] as const) {
      const other = await recorder.open({
        roomId: 'hostile',
        assignment: String(welcome['assignment']),
      });
      other.send(wrong);
      expect((await other.closed()).code, JSON.stringify(wrong).slice(0, 60)).toBe(code);
    }
    expect(await stored('hostile'), 'none of them was the link').toContain('"linked"');
    link.send(hello);
    expect((await link.closed()).code).toBe(4400);
  });
});

describe('a room that records by itself', () => {
  it('does so when somebody comes, and says what it was asked to', async () => {
    const recorder = await TestRecorder.start();
    await call('POST', '/api/rooms', { id: 'auto', autoRecord: { audioOnly: true } });
    expect((await call('GET', '/api/rooms/auto')).body).toMatchObject({ autoRecord: { audioOnly: true } });
    expect(recorder.fleet.left).toEqual([]);
    const ann = await joinRoom('auto', 'Ann');
    const { order } = await recorder.record();
    const started = await ann.socket.next('recording-started');
    expect(started).toMatchObject({ recordingId: order.recordingId });
    expect(started).not.toHaveProperty('by');
    expect((await stop('auto')).status).toBe(200);
    await ann.socket.next('recording-stopped');
    expect((await call('PATCH', '/api/rooms/auto', { autoRecord: null })).body).not.toHaveProperty(
      'autoRecord',
    );
  });

  it('begins when a recorder comes later', async () => {
    await call('POST', '/api/rooms', { id: 'later', autoRecord: {} });
    const ann = await joinRoom('later', 'Ann');
    await expect.poll(() => stored('later')).toContain('"waiting"');
    const recorder = await TestRecorder.start();
    await recorder.record();
    await ann.socket.next('recording-started');
  });
});
