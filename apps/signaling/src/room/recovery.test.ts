import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { closeCode } from '@parley/protocol/errors';
import { TicketClaims } from '@parley/protocol/tokens';
import { LOG_LENGTH, TIMES } from '@parley/room/state';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { TestNode } from '../testing/test-node.ts';
import { ask, TestSocket } from '../testing/test-socket.ts';
import { RoomObject } from './room-object.ts';

const camera = { trackId: 't-1', kind: 'video', source: 'camera', codec: 'VP8', layers: 3, muted: false };

/** Joins as a client that recovers. */
async function join(room: string, name: string, more: object = {}) {
  const socket = await TestSocket.open(`/ws?room=${room}`);
  socket.send({ type: 'join', roomId: room, participantName: name, recovers: true, ...more });
  const joined = await socket.next('joined');
  const { participantId, resumeSecret, seq } = joined as Record<string, string>;
  return { socket, joined, participantId, resumeSecret, seq: Number(seq) };
}

type Member = Awaited<ReturnType<typeof join>>;

/** Comes back over a new socket. */
async function comeBack(room: string, { participantId, resumeSecret }: Member, seq: number) {
  const socket = await TestSocket.open(`/ws?room=${room}`);
  const resume = { participantId, secret: resumeSecret, seq };
  socket.send({ type: 'join', roomId: room, participantName: 'Ann', recovers: true, resume });
  return socket;
}

const stored = (room: string) =>
  runInDurableObject(RoomObject.of(env, room), (_, ctx) => ctx.storage.get<string>('state'));

/** Takes every socket of the room away, as a deploy does, and wakes the object. */
async function deploy(room: string): Promise<void> {
  await evictDurableObject(RoomObject.of(env, room), { webSockets: 'close' });
  await runDurableObjectAlarm(RoomObject.of(env, room));
}

describe('coming back', () => {
  it('tells exactly what was missed, in order, once', async () => {
    const ann = await join('missed', 'Ann');
    const bob = await join('missed', 'Bob');
    await ann.socket.next('participant-joined');
    const back = await comeBack('missed', ann, ann.seq + 1);
    await back.next('resumed');
    back.close();
    for (const text of ['one', 'two']) bob.socket.send({ type: 'chat', text });
    await bob.socket.next('chat');
    const { seq } = await bob.socket.next('chat');
    const again = await comeBack('missed', ann, ann.seq + 1);
    expect(await again.next('resumed')).toEqual({
      type: 'resumed',
      roomId: 'missed',
      participantId: ann.participantId,
      seq,
    });
    bob.socket.send({ type: 'chat', text: 'three' });
    expect((await again.next('chat'))['text']).toBe('one');
    expect((await again.next('chat'))['text']).toBe('two');
    expect((await again.next('chat'))['text']).toBe('three');
  });

  it('works after the object slept, and after it was started anew', async () => {
    const ann = await join('slept', 'Ann');
    const bob = await join('slept', 'Bob');
    bob.socket.send({ type: 'chat', text: 'before' });
    await bob.socket.next('chat');
    await deploy('slept');
    const back = await comeBack('slept', ann, ann.seq);
    await back.next('resumed');
    expect((await back.next('participant-joined'))['participant']).toMatchObject({ name: 'Bob' });
    expect((await back.next('chat'))['text']).toBe('before');
  });

  it('tells everything to whoever missed too much, and keeps no more than that', async () => {
    const ann = await join('too-much', 'Ann');
    const bob = await join('too-much', 'Bob');
    // Muting is free of the limit on chat, and each is an event.
    const node = await TestNode.start();
    const { link } = await node.serve();
    const bobs = { participantId: bob.participantId, session: 1 };
    for (let i = 0; i <= LOG_LENGTH; i += 2) {
      link.send({ type: 'track-published', ...bobs, track: { ...camera, trackId: `t-${i}` } });
      link.send({ type: 'track-unpublished', ...bobs, trackId: `t-${i}` });
    }
    await ann.socket.next('participant-joined');
    await expect
      .poll(async () => (await stored('too-much'))?.match(/"lastSeq":(\d+)/)?.[1], { timeout: 20_000 })
      .toBe(String(LOG_LENGTH + 4));
    const back = await comeBack('too-much', ann, ann.seq);
    expect(await back.next('joined')).toMatchObject({
      resumed: true,
      participantId: ann.participantId,
      participants: [{ name: 'Bob' }],
      seq: LOG_LENGTH + 4,
    });
    const rows = await runInDurableObject(RoomObject.of(env, 'too-much'), (_, ctx) =>
      ctx.storage.sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM events').one(),
    );
    expect(rows.n).toBe(LOG_LENGTH);
  });

  it('is for nobody who lacks the secret, and keeps none in the clear', async () => {
    const ann = await join('secret', 'Ann');
    const eve = await comeBack('secret', { ...ann, resumeSecret: 'a guess' }, 0);
    expect(await eve.next('joined')).toMatchObject({ resumed: false });
    expect(await stored('secret')).not.toContain(ann.resumeSecret);
    ann.socket.send({ type: 'chat', text: 'still me' });
    expect(await eve.next('chat')).toMatchObject({ participantId: ann.participantId });
  });

  it('closes the socket that it takes the place of', async () => {
    const ann = await join('twice', 'Ann');
    const back = await comeBack('twice', ann, ann.seq);
    await back.next('resumed');
    await ann.socket.error('resumed_elsewhere');
    expect((await ann.socket.closed()).code).toBe(closeCode('resumed_elsewhere'));
    expect(await (await ask('/api/rooms/twice')).json()).toMatchObject({ participantCount: 1 });
  });
});

describe('a socket whose network went without a word', () => {
  /** Lets the sockets of the room be older than they are, and its next sweep come. */
  async function sweep(room: string): Promise<void> {
    await runInDurableObject(RoomObject.of(env, room), (_, ctx) => {
      for (const socket of ctx.getWebSockets()) {
        const attachment = socket.deserializeAttachment() as { openedAt: number };
        socket.serializeAttachment({ ...attachment, openedAt: attachment.openedAt - 100_000 });
      }
    });
    await runDurableObjectAlarm(RoomObject.of(env, room));
  }

  it('is closed at the next sweep when it has not pinged, and not when it has', async () => {
    const ann = await join('silent', 'Ann');
    const bob = await join('silent', 'Bob');
    const plain = await join('silent', 'Seed', { recovers: false });
    bob.socket.send('ping');
    await bob.socket.next('pong');
    await sweep('silent');
    expect((await ann.socket.closed()).code).toBe(closeCode('slow_reader'));
    const { participants } = await (await ask('/api/rooms/silent')).json<{ participants: object[] }>();
    expect(participants, 'it has time to come back').toHaveLength(3);
    for (const { socket } of [bob, plain]) {
      socket.send({ type: 'chat', text: 'here' });
      await socket.next('chat');
    }
    const back = await comeBack('silent', ann, ann.seq);
    await back.next('resumed');
  });
});

describe('a deploy in mid-call', () => {
  it('changes no epoch and ends no session: node and clients come back to what they had', async () => {
    const node = await TestNode.start();
    const ann = await join('deployed', 'Ann');
    const bob = await join('deployed', 'Bob');
    const { link, epoch, assignment } = await node.serve();
    for (const { participantId } of [ann, bob]) {
      link.send({ type: 'media-state', participantId, session: 1, state: 'connected' });
    }
    await ann.socket.next('media-session');
    await deploy('deployed');

    const back = await comeBack('deployed', ann, ann.seq + 1);
    await back.next('resumed');
    const sessions = [ann, bob].map(({ participantId }) => ({ participantId, session: 1, tracks: [] }));
    const relinked = await node.link('deployed', assignment, sessions);
    expect(await back.next('media-session')).toMatchObject({ session: 1, carrier: { type: 'relay' } });
    const late = await comeBack('deployed', bob, bob.seq);
    await late.next('resumed');
    expect(await late.next('media-session')).toMatchObject({ session: 1 });
    expect(await relinked.next('open-session'), 'another way to the same session').toMatchObject({
      session: 1,
    });
    expect(await stored('deployed')).toContain(`"epoch":${epoch},`);
    expect(late.left.filter(({ type }) => type === 'participant-left')).toEqual([]);
  });
});

describe('a direct carrier', () => {
  const url = 'wss://media1.example.com';

  it('gets a ticket for the session that the link would open, and another when it asks', async () => {
    const node = await TestNode.start('node-1', url);
    const ann = await join('direct', 'Ann', { direct: true });
    const { link, epoch } = await node.serve();
    const first = await ann.socket.next('media-session');
    expect(first).toMatchObject({ session: 1, carrier: { type: 'direct', url } });
    const ticketOf = (message: Record<string, unknown>) =>
      TicketClaims.parse(decodeJwt((message['carrier'] as { ticket: string }).ticket));
    expect(ticketOf(first)).toMatchObject({ sub: ann.participantId, session: 1, epoch, aud: 'node-1' });
    ann.socket.send({ type: 'reconnect-session', session: 1, carrier: 'direct' });
    const second = ticketOf(await ann.socket.next('media-session'));
    expect(second.session).toBe(1);
    expect(second.jti).not.toBe(ticketOf(first).jti);
    expect(link.left, 'the node hears of it from the client').toEqual([]);
    ann.socket.send({ type: 'reconnect-session', session: 1, carrier: 'relay' });
    expect(await link.next('open-session')).toMatchObject({ session: 1 });
    expect(await ann.socket.next('media-session')).toMatchObject({ carrier: { type: 'relay' } });
  });
});

describe('a node that is lost', () => {
  /** Lets the room ask the Fleet, as its alarm does. */
  const askFleet = async (room: string) => {
    await new Promise((resolve) => setTimeout(resolve, TIMES.nodeCheck + 100));
    await runDurableObjectAlarm(RoomObject.of(env, room));
  };

  it('is replaced at once when it says that it stops', async () => {
    const node = await TestNode.start('node-1');
    const other = await TestNode.start('node-2');
    const ann = await join('stops', 'Ann');
    const { link, epoch, mine, spare } = await Promise.race([
      node.serve().then((served) => ({ ...served, mine: node, spare: other })),
      other.serve().then((served) => ({ ...served, mine: other, spare: node })),
    ]);
    await ann.socket.next('media-session');
    link.close(1001);
    const next = await spare.assigned();
    expect(next.epoch).toBeGreaterThan(epoch);
    expect(mine.fleet.left).toEqual([]);
    await spare.link('stops', next.assignment);
    expect(await ann.socket.next('media-session'), 'a new session').toMatchObject({ session: 2 });
  });

  it('is replaced when the Fleet saw another process in its place, and not before', async () => {
    const first = await TestNode.start('node-1', undefined, 'i-1');
    const ann = await join('restarted', 'Ann');
    const { link, epoch } = await first.serve();
    await ann.socket.next('media-session');
    link.close();
    await expect.poll(() => stored('restarted')).toContain('unlinked');
    await askFleet('restarted');
    expect(await stored('restarted'), 'it lives').toContain('unlinked');
    const second = await TestNode.start('node-1', undefined, 'i-2');
    await askFleet('restarted');
    const served = await second.serve();
    expect(served.epoch).toBeGreaterThan(epoch);
    expect(await ann.socket.next('media-session')).toMatchObject({ session: 2 });
  });

  it('is missed where its machine went without a word, by whoever still wants something of it', async () => {
    const node = await TestNode.start('node-1');
    const ann = await join('powerless', 'Ann');
    await node.serve();
    await ann.socket.next('media-session');
    const ageLinks = () =>
      runInDurableObject(RoomObject.of(env, 'powerless'), (_, ctx) => {
        for (const socket of ctx.getWebSockets('link:node-1')) {
          const attachment = socket.deserializeAttachment() as { openedAt: number };
          socket.serializeAttachment({ ...attachment, openedAt: attachment.openedAt - 40_000 });
        }
      });
    const ask = () => ann.socket.send({ type: 'offer', session: 1, sdp: 'v=0 restart' });
    ask();
    ann.socket.send({ type: 'chat', text: 'hello?' });
    await ann.socket.next('chat');
    expect(await stored('powerless'), 'a link that is young need not have pinged').toContain('"linked"');
    await ageLinks();
    ask();
    await expect.poll(() => stored('powerless')).toContain('"unlinked"');
  });

  it('is not missed while it pings, whether the object sleeps or not', async () => {
    const node = await TestNode.start('node-1');
    const ann = await join('pinging', 'Ann');
    const { link } = await node.serve();
    await ann.socket.next('media-session');
    link.send('ping');
    await link.next('pong');
    await runInDurableObject(RoomObject.of(env, 'pinging'), (_, ctx) => {
      for (const socket of ctx.getWebSockets('link:node-1')) {
        socket.serializeAttachment({ ...(socket.deserializeAttachment() as object), openedAt: 0 });
      }
    });
    await evictDurableObject(RoomObject.of(env, 'pinging'));
    ann.socket.send({ type: 'offer', session: 1, sdp: 'v=0 restart' });
    expect(await link.next('session-request')).toMatchObject({ message: { sdp: 'v=0 restart' } });
  });

  it('is dead to the Fleet a moment after its socket ended, and unknown after a deploy', async () => {
    const { FleetObject } = await import('../fleet/fleet-object.ts');
    const fleet = FleetObject.of(env, 'default');
    const node = await TestNode.start('node-9', undefined, 'i-1');
    expect(await fleet.lifeOf('node-9', 'i-1')).toBe('live');
    expect(await fleet.lifeOf('node-9', 'i-0')).toBe('dead');
    expect(await fleet.lifeOf('node-8', 'i-1'), 'never heard of').toBe('unknown');
    await evictDurableObject(fleet, { webSockets: 'close' });
    expect(await fleet.lifeOf('node-9', 'i-1'), 'a deploy says nothing about nodes').toBe('unknown');
    const back = await TestNode.start('node-9', undefined, 'i-1');
    back.fleet.close();
    await expect.poll(() => fleet.lifeOf('node-9', 'i-1'), { timeout: 5000 }).toBe('dead');
    await TestNode.start('node-9', undefined, 'i-1');
    expect(await fleet.lifeOf('node-9', 'i-1'), 'it is back').toBe('live');
    node.fleet.close();
  });
});
