import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { closeCode } from '@parley/protocol/errors';
import type { GrantsChange } from '@parley/protocol/grants';
import { mintToken } from '@parley/server/mint-token';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { RoomObject } from '../room/room-object.ts';
import { NEW_KEY, OLD_KEY } from '../testing/api-keys.ts';
import { TestNode } from '../testing/test-node.ts';
import { ask, joinRoom, TestSocket } from '../testing/test-socket.ts';

const mint = (identity: string, room: string, grants?: GrantsChange, apiKey = NEW_KEY) =>
  mintToken({ apiKey, identity, name: identity.toUpperCase(), room, ...(grants && { grants }) });
const ways: [string, (room: string) => string][] = [
  ['the bare path', () => '/ws'],
  ['the path that names the room', (room) => `/ws?room=${room}`],
];
const handshakes: [string, (token: string) => Record<string, string>][] = [
  ['the header of the configuration', (token) => ({ 'X-Auth-Token': token })],
  ['Authorization', (token) => ({ Authorization: `Bearer ${token}` })],
  ['the subprotocol', (token) => ({ 'Sec-WebSocket-Protocol': `parley, token.${token}` })],
];

async function join(path: string, room: string, headers: Record<string, string> = {}, fields: object = {}) {
  const socket = await TestSocket.open(path, headers);
  socket.send({ type: 'join', roomId: room, participantName: 'Guest', ...fields });
  return socket;
}

describe.each(ways)('joining over %s where tokens are required', (_, path) => {
  it.each(handshakes)('works with a token in %s', async (_place, headers) => {
    const socket = await join(path('r'), 'r', headers(await mint('ann', 'r')));
    await socket.next('joined');
    const room = await (await ask('/api/rooms/r', { headers: headers(await mint('ann', 'r')) })).json();
    expect(room).toMatchObject({ participants: [{ name: 'ANN' }] });
  });

  it('works with one in join, which counts before that of the handshake', async () => {
    const token = await mint('ann', 'r', { publish: ['microphone'] });
    const { joined } = await joinRoom('r', 'Guest', path('r'), { token });
    expect(joined).toMatchObject({ grants: { publish: ['microphone'], moderate: false } });
    const other = { Authorization: `Bearer ${await mint('bob', 'r', { moderate: true })}` };
    const both = await join(path('r'), 'r', other, { token: await mint('cem', 'r') });
    expect(await both.next('joined')).toMatchObject({ grants: { moderate: false } });
  });

  it('is refused without one, and makes no room', async () => {
    const socket = await join(path('none'), 'none');
    expect(await socket.error('token_missing')).toMatchObject({
      requestType: 'join',
      message: expect.stringContaining('join.token'),
    });
    expect((await socket.closed()).code).toBe(closeCode('token_missing'));
    await runInDurableObject(RoomObject.of(env, 'none'), async (_room, ctx) => {
      expect([...(await ctx.storage.list()).keys()]).toEqual([]);
    });
  });

  it('is refused with a wrong one, with its code', async () => {
    const wrong = [
      ['token_malformed', 'nonsense'],
      ['token_bad_signature', await mint('ann', 'r', {}, { ...NEW_KEY, secret: OLD_KEY.secret })],
      ['token_unknown_issuer', await mint('ann', 'r', {}, { ...NEW_KEY, id: 'gone' })],
      ['token_expired', await mintToken({ apiKey: NEW_KEY, identity: 'a', room: 'r', ttlSeconds: -60 })],
      ['token_wrong_room', await mint('ann', 'other')],
    ] as const;
    for (const [code, token] of wrong) {
      for (const socket of [
        await join(path('r'), 'r', {}, { token }),
        await join(path('r'), 'r', { 'X-Auth-Token': token }),
      ]) {
        await socket.error(code);
        expect((await socket.closed()).code).toBe(closeCode(code));
      }
    }
  });

  it('answers the subprotocol, and never with the token', async () => {
    const offer = (protocols: string) =>
      ask(path('r'), { headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocols } });
    const answers = await Promise.all([
      offer('parley, token.x'),
      offer('parley'),
      offer('token.x'),
      offer('chat'),
    ]);
    for (const { webSocket } of answers) {
      webSocket?.accept();
      webSocket?.close();
    }
    expect(answers.map(({ headers }) => headers.get('Sec-WebSocket-Protocol'))).toEqual([
      'parley',
      'parley',
      null,
      null,
    ]);
  });

  it('an identity that joins again replaces its older self', async () => {
    const token = await mint('ann', 'r');
    const first = await joinRoom('r', 'Guest', path('r'), { token });
    await joinRoom('r', 'Guest', path('r'), { token });
    await first.socket.error('identity_replaced');
  });
});

it('who is refused takes nobody’s turn, however many they are', async () => {
  const stranger = async () => {
    const socket = await join('/ws?room=r', 'r');
    await socket.error('token_missing');
  };
  for (let batch = 0; batch < 8; batch++) await Promise.all(Array.from({ length: 100 }, stranger));
  await joinRoom('r', 'Guest', '/ws?room=r', { token: await mint('ann', 'r') });
});

it('both keys of a rotation let people in', async () => {
  for (const key of [OLD_KEY, NEW_KEY])
    await joinRoom('r', 'Guest', '/ws', { token: await mint('ann', 'r', {}, key) });
});

it('the ticket has the grants of the token', async () => {
  const node = await TestNode.start();
  const grants = { publish: ['camera' as const], subscribe: false, data: false, maxBitrate: 300_000 };
  await joinRoom('r', 'Guest', '/ws', { token: await mint('ann', 'r', grants) });
  const { link } = await node.serve();
  const { ticket } = await link.next('open-session');
  expect(decodeJwt(String(ticket))['grants']).toEqual({ ...grants, record: false, moderate: false });
});

it('who may not send data is not heard in the chat', async () => {
  const { socket } = await joinRoom('r', 'Guest', '/ws', { token: await mint('ann', 'r', { data: false }) });
  socket.send({ type: 'chat', text: 'hello' });
  expect(await socket.error('forbidden')).toMatchObject({ requestType: 'chat' });
});

it('who is in a room comes back without a valid token; who only says so does not', async () => {
  const { joined, participantId } = await joinRoom('r', 'Guest', '/ws?room=r', {
    token: await mint('ann', 'r'),
    recovers: true,
  });
  const expired = await mintToken({ apiKey: NEW_KEY, identity: 'ann', room: 'r', ttlSeconds: -60 });
  const resume = { participantId, secret: joined['resumeSecret'], seq: joined['seq'] };
  for (const token of [{}, { token: expired }]) {
    const back = await join('/ws?room=r', 'r', {}, { recovers: true, resume, ...token });
    expect(await back.next('resumed')).toMatchObject({ participantId });
  }
  const stranger = await join(
    '/ws?room=r',
    'r',
    {},
    { recovers: true, resume: { ...resume, secret: 'guessed' } },
  );
  await stranger.error('token_missing');
});

it('no token is kept anywhere', async () => {
  const token = await mint('ann', 'r');
  await joinRoom('r', 'Guest', '/ws?room=r', { token });
  await join('/ws?room=r', 'r', { Authorization: `Bearer ${token}` });
  await runInDurableObject(RoomObject.of(env, 'r'), async (_room, ctx) => {
    const stored = JSON.stringify([...(await ctx.storage.list())]);
    const attached = JSON.stringify(ctx.getWebSockets().map((socket) => socket.deserializeAttachment()));
    const signature = token.split('.')[2] ?? '';
    expect(stored).toContain('ANN');
    expect(stored).not.toContain(signature);
    expect(attached).not.toContain(signature);
  });
});
