import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { EDGE_SOCKET_TUNING, EdgeSocket, type EdgeSocketTuning, type SocketEnd } from './edge-socket.ts';
import { until } from './testing/inbox.ts';

vi.setConfig({ testTimeout: 30_000 });

let server: WebSocketServer;
let accepted: { socket: WebSocket; authorization: string | undefined }[];

beforeEach(async () => {
  accepted = [];
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: ({ req }: { req: { url?: string } }) => req.url !== '/refused',
  });
  server.on('connection', (socket, request) =>
    accepted.push({ socket, authorization: request.headers.authorization }),
  );
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

function open(path = '/', tuning: Partial<EdgeSocketTuning> = {}) {
  const heard = { opened: 0, texts: [] as string[], ends: [] as SocketEnd[] };
  const { port } = server.address() as AddressInfo;
  const socket = new EdgeSocket(
    `http://127.0.0.1:${port}${path}`,
    'the-token',
    {
      onOpen: () => {
        heard.opened += 1;
      },
      onMessage: (text) => heard.texts.push(text),
      onEnd: (end) => heard.ends.push(end),
    },
    { ...EDGE_SOCKET_TUNING, ...tuning },
  );
  return { socket, heard };
}

describe('EdgeSocket', () => {
  it('shows its token, passes messages, keeps pongs to itself', async () => {
    const { socket, heard } = open();
    await until(() => heard.opened === 1 && accepted.length === 1, 'it is open');
    expect(accepted[0]?.authorization).toBe('Bearer the-token');
    accepted[0]?.socket.send('pong');
    accepted[0]?.socket.send('{"type":"x"}');
    await until(() => heard.texts.length > 0, 'the message is here');
    expect(heard.texts).toEqual(['{"type":"x"}']);
    socket.close();
    expect(heard.ends, 'whoever closes it knows').toEqual([]);
  });

  it('waits no half minute for a peer that closes and then says nothing', async () => {
    const { heard } = open('/', { closeMs: 100 });
    await until(() => heard.opened === 1 && accepted.length === 1, 'it is open');
    accepted[0]?.socket.pause();
    accepted[0]?.socket.close(1012);
    await until(() => heard.ends.length > 0, 'it ends', 15_000);
    expect(heard.ends[0]?.code).toBe(1012);
  });

  it('ends once, with the code of the close or of the refusal', async () => {
    const first = open();
    await until(() => first.heard.opened === 1 && accepted.length === 1, 'it is open');
    accepted[0]?.socket.close(4409, 'stale');
    await until(() => first.heard.ends.length > 0, 'the close is heard');
    expect(first.heard.ends).toEqual([{ code: 4409, reason: 'stale' }]);
    const refused = open('/refused');
    await until(() => refused.heard.ends.length > 0, 'the refusal is heard');
    expect(refused.heard.ends).toEqual([{ code: 4401, reason: 'refused with HTTP 401' }]);
  });

  it('pings, and ends when no pong comes', async () => {
    const { heard } = open('/', { pingMs: 30, pongMs: 60 });
    await until(() => accepted.length === 1, 'it is open');
    const pings: string[] = [];
    let answers = true;
    accepted[0]?.socket.on('message', (data) => {
      pings.push(data.toString());
      if (answers) accepted[0]?.socket.send('pong');
    });
    await until(() => pings.length >= 4, 'pings come');
    expect(heard.ends, 'answered pings keep it').toEqual([]);
    answers = false;
    await until(() => heard.ends.length > 0, 'it ends');
    expect(heard.ends[0]).toEqual({ code: 1006, reason: 'no pong came' });
  });

  it('cuts off a peer that does not read', async () => {
    const { socket, heard } = open('/', { maxBufferedBytes: 100_000 });
    await until(() => heard.opened === 1 && accepted.length === 1, 'it is open');
    accepted[0]?.socket.pause();
    for (let i = 0; i < 400 && heard.ends.length === 0; i++) socket.send({ text: 'x'.repeat(100_000) });
    expect(heard.ends[0], 'memory is bounded').toMatchObject({ code: 4408 });
  });
});
