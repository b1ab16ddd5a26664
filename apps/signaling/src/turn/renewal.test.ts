import { IceServer } from '@parley/protocol/server-messages';
import { expect, it } from 'vitest';
import { turn } from '../settings.ts';
import { TestNode } from '../testing/test-node.ts';
import { joinRoom, TestSocket } from '../testing/test-socket.ts';
import { turnServer } from './turn-service.ts';

/** The TURN server among ICE servers, whose credentials must be this participant's and valid. */
async function expectTurn(iceServers: unknown, participantId: string): Promise<void> {
  if (turn === undefined) throw new Error('the tests’ Worker has no TURN servers: see vitest.config.ts');
  const servers = IceServer.array().parse(iceServers);
  const given = servers.at(-1);
  const expires = Number(given?.username?.split(':')[0]);
  expect(expires).toBeGreaterThan(Date.now() / 1000);
  expect(given).toEqual(await turnServer(turn, participantId, (expires - turn.ttl) * 1000));
  expect(servers[0]?.urls, 'beside what is configured').toEqual(['stun:stun.l.google.com:19302']);
  expect(JSON.stringify(servers)).not.toContain(turn.secret);
}

it.each([
  ['over relay', undefined],
  ['straight to the node', 'wss://media1.example.com'],
])(
  'a client gets TURN credentials with its session, and others when it comes back, %s',
  async (name, url) => {
    const roomId = `turn-${url === undefined ? 'relay' : 'direct'}`;
    const node = await TestNode.start('node-1', url);
    const options = { recovers: true, direct: url !== undefined };
    const { socket, participantId, joined } = await joinRoom(roomId, 'Ann', `/ws?room=${roomId}`, options);
    await expectTurn((joined['media'] as { iceServers: unknown }).iceServers, participantId);
    await node.serve();
    await expectTurn((await socket.next('media-session'))['iceServers'], participantId);

    const back = await TestSocket.open(`/ws?room=${roomId}`);
    const resume = { participantId, secret: joined['resumeSecret'], seq: joined['seq'] };
    back.send({ type: 'join', roomId, participantName: name, ...options, resume });
    await back.next('resumed');
    await expectTurn((await back.next('media-session'))['iceServers'], participantId);
  },
);
