import { closeCode } from '@parley/protocol/errors';
import { CHAT_TEXTS, CLIENT_MESSAGES, CLIENT_VOLUME, MAX_REFUSALS } from '@parley/protocol/token-bucket';
import { describe, expect, it } from 'vitest';
import { ask, joinRoom, TestSocket } from '../testing/test-socket.ts';

describe.each([
  ['the bare path', '/ws'],
  ['the path that names the room', '/ws?room='],
])('what one socket may send over %s', (name, base) => {
  const room = name.includes('bare') ? 'bare' : 'named';
  const path = base.endsWith('=') ? `${base}${room}` : base;

  it('refuses a flood of messages, then cuts it off; a neighbour notices nothing', async () => {
    const quiet = await joinRoom(room, 'Quiet', path);
    const { socket } = await joinRoom(room, 'Loud', path);
    // With what a busy machine lets through meanwhile.
    const many = CLIENT_MESSAGES.burst + MAX_REFUSALS + 15 * CLIENT_MESSAGES.rate;
    for (let i = 0; i < many; i++) socket.send({ type: 'update-quality', quality: 'low' });
    expect(await socket.error('rate_limited')).toMatchObject({ message: expect.stringContaining('wait') });
    expect((await socket.closed()).code).toBe(closeCode('rate_limited'));
    await quiet.socket.next('participant-left');
    quiet.socket.send({ type: 'chat', text: 'peace' });
    expect(await quiet.socket.next('chat')).toMatchObject({ text: 'peace' });
  });

  it('refuses too many bytes', async () => {
    const { socket } = await joinRoom(`${room}-bytes`, 'Big', path.replace(room, `${room}-bytes`));
    const sdp = 'x'.repeat(400_000);
    const most = (CLIENT_VOLUME.burst + 10 * CLIENT_VOLUME.rate) / sdp.length;
    for (let i = 0; i < most; i++) socket.send({ type: 'offer', sdp });
    await socket.error('rate_limited');
  });

  it('refuses chat that nobody could read', async () => {
    const { socket } = await joinRoom(`${room}-chat`, 'Talker', path.replace(room, `${room}-chat`));
    for (let i = 0; i < CHAT_TEXTS.burst + 5; i++) socket.send({ type: 'chat', text: String(i) });
    expect(await socket.error('rate_limited')).toMatchObject({ requestType: 'chat' });
    const said = socket.left.filter(({ type }) => type === 'chat').length;
    expect(said).toBeLessThanOrEqual(CHAT_TEXTS.burst);
  });

  it('cuts off whoever sends nothing but nonsense', async () => {
    const socket = await TestSocket.open(path.replace(room, `${room}-nonsense`));
    for (let i = 0; i < MAX_REFUSALS + 20; i++) socket.send('{');
    expect((await socket.closed()).code).toBe(closeCode('rate_limited'));
  });
});

describe('who waits to join', () => {
  it('is bounded for a room: the oldest goes, and newcomers and those who are in stay', async () => {
    const ann = await joinRoom('queue', 'Ann');
    const oldest = await TestSocket.open('/ws?room=queue');
    const others = await Promise.all(Array.from({ length: 255 }, () => TestSocket.open('/ws?room=queue')));
    const bob = await joinRoom('queue', 'Bob');
    await oldest.error('server_busy');
    expect((await oldest.closed()).code).toBe(closeCode('server_busy'));
    bob.socket.send({ type: 'chat', text: 'in' });
    expect(await ann.socket.next('chat')).toMatchObject({ text: 'in' });
    for (const socket of others) socket.close();
  });
});

describe('chat', () => {
  it('has its limit by participant: coming back over another socket buys nothing', async () => {
    const bob = await joinRoom('chatty', 'Bob');
    const ann = await joinRoom('chatty', 'Ann');
    const { resumeSecret: secret } = ann.joined;
    let { socket } = ann;
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < CHAT_TEXTS.burst; i++) socket.send({ type: 'chat', text: `${round}-${i}` });
      const resume = { participantId: ann.participantId, secret, seq: 1_000_000 };
      socket = await TestSocket.open('/ws?room=chatty');
      socket.send({ type: 'join', roomId: 'chatty', participantName: 'Ann', recovers: true, resume });
      await socket.next('joined');
    }
    bob.socket.send({ type: 'chat', text: 'enough' });
    await socket.next('chat');
    const heard = bob.socket.left.filter(({ type }) => type === 'chat').length;
    // With what a busy machine lets through meanwhile.
    expect(heard).toBeLessThanOrEqual(CHAT_TEXTS.burst + 15 * CHAT_TEXTS.rate);
  });
});

describe('a slow reader', () => {
  it('is cut off when very much was sent to it and nothing came back', async () => {
    const { socket, participantId } = await joinRoom('slow', 'Slow');
    await socket.error('media_unavailable');
    const text = 'x'.repeat(4000);
    for (let i = 0; i < 60; i++) {
      const talker = await joinRoom('slow', `T${i}`);
      for (let n = 0; n < CHAT_TEXTS.burst; n++) talker.socket.send({ type: 'chat', text });
      await talker.socket.next('chat');
      talker.socket.send({ type: 'leave' });
    }
    expect((await socket.closed()).code).toBe(closeCode('slow_reader'));
    expect(
      (await (await ask('/api/rooms/slow')).json<{ participants: { participantId: string }[] }>())
        .participants,
    ).not.toContainEqual(expect.objectContaining({ participantId }));
  });
});
