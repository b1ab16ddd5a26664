import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { log } from './log.ts';
import { TestNode } from './testing/test-node.ts';
import { ask, TestSocket } from './testing/test-socket.ts';

const CID = 'support-case-17';
const lines: Record<string, unknown>[] = [];
const level = log.level;

beforeEach(() => {
  lines.length = 0;
  log.level = 'debug';
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(JSON.parse(line)));
});

afterEach(() => {
  log.level = level;
  vi.restoreAllMocks();
});

const events = () => lines.filter(({ cid }) => cid === CID).map(({ event }) => event);

it.each(['/ws?room=followed', '/ws'])(
  'what is logged about one participant has one id (%s)',
  async (path) => {
    const node = await TestNode.start();
    const socket = await TestSocket.open(path, { 'X-Request-Id': CID });
    socket.send({ type: 'offer', roomId: 'followed', sdp: 'v=0' });
    await socket.error('join_required');
    const join = { type: 'join', roomId: 'followed', participantName: 'Ann Onymous', recovers: true };
    socket.send(join);
    const { participantId, resumeSecret, seq } = await socket.next('joined');
    const { link } = await node.serve();
    const { ticket } = await link.next('open-session');
    const claims = JSON.parse(
      atob(String(ticket).split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? ''),
    );
    expect(claims, 'the node is told by the ticket').toMatchObject({ sub: participantId, cid: CID });

    const again = await TestSocket.open(path, { 'X-Request-Id': 'another-connection' });
    again.send({ ...join, resume: { participantId, secret: resumeSecret, seq } });
    await again.next('resumed');
    again.send({ type: 'leave' });
    await again.closed();
    expect(events()).toEqual([
      'join refused',
      'participant joined',
      'session opens',
      'participant came back',
      'session opens',
      'participant left',
    ]);
    const back = lines.find(({ event }) => event === 'participant came back');
    expect(back).toMatchObject({ participantId, roomId: 'followed', connectionCid: 'another-connection' });
    const text = JSON.stringify(lines);
    for (const secret of ['Onymous', String(ticket), String(resumeSecret)])
      expect(text).not.toContain(secret);
  },
);

it('answers tell the id of their request', async () => {
  const named = await ask('/api/rooms/none', { headers: { 'X-Request-Id': CID } });
  expect([named.status, named.headers.get('X-Request-Id')]).toEqual([404, CID]);
  const response = await ask('/health', { headers: { 'X-Request-Id': 'bad one' } });
  expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  const headers = { Upgrade: 'websocket', 'X-Request-Id': CID };
  for (const path of ['/ws', '/ws?room=named']) {
    const opened = await ask(path, { headers });
    expect([path, opened.status, opened.headers.get('X-Request-Id')]).toEqual([path, 101, CID]);
    opened.webSocket?.accept();
    opened.webSocket?.close();
  }
});
