import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { closeCode } from '@parley/protocol/errors';
import type { GrantsChange } from '@parley/protocol/grants';
import type { ModerationAction } from '@parley/protocol/moderation';
import { mintToken } from '@parley/server/mint-token';
import { describe, expect, it } from 'vitest';
import storedV4 from '../../../../packages/room/fixtures/room-v4.json' with { type: 'json' };
import { NEW_KEY } from '../testing/api-keys.ts';
import { TestNode } from '../testing/test-node.ts';
import { ask, TestSocket } from '../testing/test-socket.ts';
import { hashResumeSecret } from './resume-secret.ts';
import { RoomObject } from './room-object.ts';

const object = (room: string) => RoomObject.of(env, room);

/** Opens a socket and says join, with an access token where an identity is given. */
async function knock(room: string, identity?: string, grants?: GrantsChange, fields: object = {}) {
  const socket = await TestSocket.open(`/ws?room=${room}`);
  const token =
    identity === undefined
      ? undefined
      : await mintToken({ apiKey: NEW_KEY, identity, room, ...(grants && { grants }) });
  socket.send({ type: 'join', roomId: room, participantName: 'Guest', recovers: true, token, ...fields });
  return socket;
}

async function enter(...who: Parameters<typeof knock>) {
  const socket = await knock(...who);
  const { participantId, resumeSecret, seq } = await socket.next('joined');
  return { socket, participantId: String(participantId), secret: String(resumeSecret), seq: Number(seq) };
}

/** A room with somebody who moderates it. */
async function moderated(room: string) {
  const { socket, participantId } = await enter(room, 'mod', { moderate: true });
  const moderate = (request: ModerationAction) => socket.send({ type: 'moderate', request });
  return { socket, participantId, moderate };
}

describe('the lobby', () => {
  it('lets in whom a moderator admits, over the socket and over the API, and they can come back', async () => {
    const mod = await moderated('lobby');
    mod.moderate({ action: 'set-lobby', lobby: true });
    expect(await mod.socket.next('room-updated')).toMatchObject({ lobby: true });
    for (const way of ['socket', 'rpc']) {
      const guest = await knock('lobby', `guest-${way}`);
      const { participantId } = (await guest.next('waiting')) as { participantId: string };
      expect(await mod.socket.next('lobby')).toMatchObject({ waiting: [{ participantId, name: 'Guest' }] });
      const request = { action: 'admit', participantId } as const;
      if (way === 'socket') mod.moderate(request);
      else await object('lobby').moderate({ type: 'api' }, request);
      const { resumeSecret, seq } = await guest.next('joined');
      expect(await mod.socket.next('lobby')).toMatchObject({ waiting: [] });
      guest.close();
      const resume = { participantId, secret: resumeSecret, seq };
      const back = await knock('lobby', undefined, undefined, { resume });
      expect(await back.next('resumed')).toMatchObject({ participantId });
    }
  });

  it('turns away whom a moderator denies, and all who wait when the room closes', async () => {
    const mod = await moderated('denied');
    mod.moderate({ action: 'set-lobby', lobby: true });
    await mod.socket.next('room-updated');
    const [ann, bob] = [await knock('denied', 'ann'), await knock('denied', 'bob')];
    await bob.next('waiting');
    const { participantId } = (await ann.next('waiting')) as { participantId: string };
    mod.moderate({ action: 'deny', participantId });
    await ann.error('lobby_denied');
    expect((await ann.closed()).code).toBe(closeCode('lobby_denied'));
    await object('denied').close();
    await bob.error('room_closed');
    expect((await bob.closed()).code).toBe(closeCode('room_closed'));
  });

  it('lets all in when it is switched off, over the API too', async () => {
    const mod = await moderated('opened');
    mod.moderate({ action: 'set-lobby', lobby: true });
    await mod.socket.next('room-updated');
    const guests = [await knock('opened', 'ann'), await knock('opened')];
    for (const guest of guests) await guest.next('waiting');
    await object('opened').update({ type: 'api' }, { lobby: false });
    const secrets = await Promise.all(
      guests.map(async (guest) => (await guest.next('joined'))['resumeSecret']),
    );
    expect(new Set(secrets).size, 'each has a secret of its own').toBe(2);
    expect((await object('opened').details())?.participantCount).toBe(3);
  });

  it('outlives the object’s memory; a deploy takes the sockets, and who waited joins again', async () => {
    const mod = await moderated('kept');
    mod.moderate({ action: 'set-lobby', lobby: true });
    await mod.socket.next('room-updated');
    const guest = await knock('kept', 'ann');
    const { participantId } = (await guest.next('waiting')) as { participantId: string };
    await evictDurableObject(object('kept'));
    mod.moderate({ action: 'admit', participantId });
    expect(await guest.next('joined')).toMatchObject({ participantId });

    const other = await knock('kept', 'bob');
    await other.next('waiting');
    await evictDurableObject(object('kept'), { webSockets: 'close' });
    await runDurableObjectAlarm(object('kept'));
    expect(await object('kept').lobby()).toEqual([]);
    await (await knock('kept', 'bob')).next('waiting');
    expect(await object('kept').lobby()).toMatchObject([{ identity: 'bob' }]);
  });
});

describe('a moderator', () => {
  it('removes: the socket closes with 4403, the secret is worth nothing', async () => {
    const mod = await moderated('kicked');
    const { socket, participantId, secret, seq } = await enter('kicked');
    mod.moderate({ action: 'kick', participantId });
    await socket.error('kicked');
    expect((await socket.closed()).code).toBe(4403);
    const again = await knock('kicked', undefined, undefined, { resume: { participantId, secret, seq } });
    const joined = await again.next('joined');
    expect(joined['participantId']).not.toBe(participantId);
  });

  it('bans an identity; the list of bans shows no address, and a ban can be ended', async () => {
    const mod = await moderated('banned');
    const ann = await enter('banned', 'ann');
    const nobody = await enter('banned');
    for (const { participantId } of [ann, nobody]) {
      mod.moderate({ action: 'kick', participantId, banSeconds: 60 });
    }
    await ann.socket.error('banned');
    expect((await ann.socket.closed()).code).toBe(4403);
    await nobody.socket.closed();
    await (await knock('banned', 'ann')).error('banned');
    const bans = (await object('banned').bans()) ?? [];
    expect(bans).toContainEqual(expect.objectContaining({ banId: ann.participantId, identity: 'ann' }));
    for (const ban of bans) expect(ban).not.toHaveProperty('address');
    mod.moderate({ action: 'unban', banId: ann.participantId });
    await mod.socket.next('moderated');
    await enter('banned', 'ann');
  });

  it('locks the room for all who are new', async () => {
    const mod = await moderated('locked');
    mod.moderate({ action: 'lock', locked: true });
    await mod.socket.next('room-updated');
    const stranger = await knock('locked', 'ann');
    await stranger.error('room_locked');
    expect((await stranger.closed()).code).toBe(4403);
    await enter('locked', 'mod2', { moderate: true });
  });

  it('changes grants: the node hears of it, again where a client comes with an older ticket', async () => {
    const node = await TestNode.start('node-1', 'wss://media.example');
    const mod = await moderated('granted');
    const { link } = await node.serve();
    const { socket, participantId } = await enter('granted', 'ann', {}, { direct: true });
    const { session } = await socket.next('media-session');
    const grants = { publish: [] };
    mod.moderate({ action: 'set-grants', participantId, grants });
    expect(await socket.next('grants-changed')).toMatchObject({ grants });
    expect(await link.next('set-grants')).toMatchObject({ participantId, grants });
    link.send({ type: 'session-opened', participantId, session });
    expect(await link.next('set-grants')).toMatchObject({ participantId, session, grants });
  });

  it('without the grant is refused, and leaves no trace', async () => {
    const { socket } = await enter('refused', 'ann');
    socket.send({ type: 'moderate', request: { action: 'lock', locked: true } });
    expect(await socket.error('forbidden')).toMatchObject({ requestType: 'moderate' });
    expect((await object('refused').events(0, 10))?.map(({ type }) => type)).toEqual(['participant-joined']);
  });
});

describe('the room', () => {
  it('closes the older self of an identity with 4409', async () => {
    const older = await enter('twice', 'ann');
    const newer = await enter('twice', 'ann');
    await older.socket.error('identity_replaced');
    expect((await older.socket.closed()).code).toBe(closeCode('identity_replaced'));
    const { participants } = (await (await ask('/api/rooms/twice')).json()) as { participants: unknown[] };
    expect(participants).toMatchObject([{ participantId: newer.participantId, identity: 'ann' }]);
  });

  it('lists what happened, after an event that is known', async () => {
    const mod = await moderated('listed');
    mod.moderate({ action: 'lock', locked: true });
    await mod.socket.next('room-updated');
    const events = (await object('listed').events(1, 10)) ?? [];
    expect(events).toMatchObject([
      { seq: 2, type: 'moderated', by: { participantId: mod.participantId }, request: { action: 'lock' } },
      { seq: 3, type: 'room-updated', locked: true },
    ]);
  });

  it('that the version before has stored is carried over, and whoever was in it comes back', async () => {
    await runInDurableObject(object('room-1'), async (_, ctx) => {
      const [now, secret] = [Date.now(), await hashResumeSecret('secret-ann')];
      const state = structuredClone(storedV4);
      const { 'p-ann': ann, 'p-bob': bob } = state.participants;
      Object.assign(ann, { resumeHash: secret, vanishedAt: now, mediaSince: now });
      Object.assign(bob, { mediaSince: now });
      Object.assign(state, { createdAt: now, sweptAt: now });
      await ctx.storage.put('state', JSON.stringify(state));
    });
    await evictDurableObject(object('room-1'));
    expect(await object('room-1').details()).toMatchObject({ name: 'Room', locked: false, lobby: false });
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: storedV4.lastSeq };
    const back = await knock('room-1', undefined, undefined, { resume });
    expect(await back.next('resumed')).toMatchObject({ participantId: 'p-ann' });
  });
});
