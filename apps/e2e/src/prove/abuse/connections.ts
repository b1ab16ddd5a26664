import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { directProtocols } from '@parley/protocol/direct-socket';
import type { Assault, Counts } from './assault.ts';
import { HostileSocket } from './hostile-socket.ts';
import { RoomVisitor } from './room-visitor.ts';
import { SeededBytes } from './seeded-bytes.ts';

/** How long a connection of ours lasts at the most, ms. */
const LASTS_MS = 5_000;

/** Bytes that are no HTTP, or bad HTTP, or no end of it. */
function requests(random: SeededBytes): (string | Buffer)[] {
  const upgrade = (more: string) =>
    `GET /session HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}`;
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const ticket = 'Sec-WebSocket-Protocol: parley.session, ticket.a.b.c\r\n';
  return [
    random.bytes(1 + random.below(4000)),
    '\r\n'.repeat(500),
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET //%00%ff/../../session?%s HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    `GET /livez HTTP/1.1\r\n${'A: b\r\n'.repeat(5000)}\r\n`,
    'POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx',
    'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nx',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    `${'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50)}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    upgrade(''),
    upgrade('\r\n'),
    upgrade('Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n'),
    upgrade(`${key}Sec-WebSocket-Version: 99\r\n${ticket}\r\n`),
    upgrade(`${key}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${'ticket.a,'.repeat(1000)}\r\n\r\n`),
    upgrade(`${key}Sec-WebSocket-Version: 13\r\n${ticket}\r\n`),
    upgrade(
      `${key}Sec-WebSocket-Version: 13\r\n${ticket}Sec-WebSocket-Extensions: x;${'y;'.repeat(900)}\r\n\r\n`,
    ),
    `GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${random.bytes(9).toString('hex')}\r\n\r\n`,
  ];
}

/** Bytes after the handshake that are no good WebSocket frames (RFC 6455 §5.2). */
function wrongFrames(random: SeededBytes): Buffer[] {
  const mask = Buffer.alloc(4);
  const frame = (...bytes: number[]) => Buffer.concat([Buffer.from(bytes), mask]);
  return [
    random.bytes(1 + random.below(3000)),
    // Not masked.
    Buffer.from([0x81, 2, 0x7b, 0x7d]),
    // Reserved bits, reserved opcodes, a control frame that is fragmented, and one that is too long.
    frame(0xf1, 0x80),
    frame(0x83, 0x80),
    frame(0x8f, 0x80),
    frame(0x09, 0x80),
    frame(0x89, 0xfe, 0x01, 0x00),
    // A continuation of nothing, and texts that are never finished.
    frame(0x80, 0x80),
    Buffer.concat([frame(0x01, 0x81), Buffer.from('{'), frame(0x01, 0x81), Buffer.from('{')]),
    // More bytes than there are in the world, and a megabyte that may not be.
    frame(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    Buffer.concat([frame(0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0), Buffer.alloc(0x10_0000, 'x')]),
    // No UTF-8.
    Buffer.concat([frame(0x81, 0x83), Buffer.from([0xff, 0xc0, 0x80])]),
    // Closes with a code that nobody may send, half a code, and a reason that is no UTF-8.
    Buffer.concat([frame(0x88, 0x82), Buffer.from([0x03, 0xed])]),
    Buffer.concat([frame(0x88, 0x81), Buffer.from([0x03])]),
    Buffer.concat([frame(0x88, 0x83), Buffer.from([0x03, 0xe8, 0xff])]),
    // A thousand pings.
    Buffer.concat(Array<Buffer>(1000).fill(frame(0x89, 0x80))),
  ];
}

/** Raw connections to the node's HTTP ports, and raw bytes in WebSockets to the node and to the edge. */
export async function abuseConnections(assault: Assault, rounds: number, counts: Counts): Promise<void> {
  const { client, metrics } = assault.ports;
  const random = new SeededBytes(`connections ${assault.seed}`);
  for (let round = 0; round < rounds; round++) {
    const raw = [client, metrics].flatMap((port) =>
      requests(random).map((bytes) => half(port, bytes, random.below(3), counts)),
    );
    await Promise.all([...raw, badFrames(assault, random, counts)]);
  }
}

/** Sends bytes, some at a time, and hangs up, or says nothing more until the server does, or for a while. */
async function half(port: number, bytes: string | Buffer, manner: number, counts: Counts): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect').catch(() => undefined);
  counts.add('raw connections');
  const whole = Buffer.from(bytes);
  const cut = Math.ceil(whole.length / 2);
  socket.write(whole.subarray(0, cut));
  await sleep(20);
  if (manner === 0) socket.destroy();
  else socket.write(whole.subarray(cut));
  await lasts(socket);
}

async function lasts(socket: Socket): Promise<void> {
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LASTS_MS);
  if (!socket.closed) await once(socket, 'close').catch(() => undefined);
  clearTimeout(timer);
}

async function badFrames(assault: Assault, random: SeededBytes, counts: Counts): Promise<void> {
  const edge = `${assault.edgeUrl.replace('http', 'ws')}/ws`;
  for (const bytes of wrongFrames(random)) {
    const visitor = await RoomVisitor.enter(assault, 'direct', counts);
    const way = await visitor?.way();
    const own = way && (await HostileSocket.open(way.url, counts, directProtocols(way.ticket)));
    const stranger = await HostileSocket.open(edge, counts);
    for (const socket of [own, stranger, visitor?.socket]) {
      if (socket === undefined) continue;
      counts.add('sockets fed with no frames');
      socket.connection.write(bytes);
    }
    await sleep(30);
    for (const socket of [own, stranger, visitor?.socket]) socket?.end('drop');
  }
}
