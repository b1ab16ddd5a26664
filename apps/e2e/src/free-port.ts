import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the media ports, and the kernel's ephemeral ports. */
const FIRST_PORT = 12_000;
const LAST_PORT = 21_999;
const given = new Set<number>();

/**
 * A TCP port of this machine that nobody listens on. Below the kernel's ephemeral ports: a connection that anybody opens
 * does not take it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Ports of a node's workers, one each: as many as the machines have cores that tests run on, at the most. */
const MEDIA_PORTS = 16;
const FIRST_MEDIA_PORT = 22_000;
const LAST_MEDIA_PORT = 31_999;

/**
 * The first of {@link MEDIA_PORTS} UDP ports of this machine that nobody uses, for a media node. Below the kernel's ephemeral
 * ports, so that no other socket is there by chance.
 */
export async function freeMediaPorts(): Promise<number> {
  for (;;) {
    const blocks = Math.floor((LAST_MEDIA_PORT + 1 - FIRST_MEDIA_PORT) / MEDIA_PORTS);
    const first = FIRST_MEDIA_PORT + MEDIA_PORTS * Math.floor(Math.random() * blocks);
    if (given.has(first)) continue;
    const ports = Array.from({ length: MEDIA_PORTS }, (_, index) => first + index);
    if (!(await Promise.all(ports.map(isFreeUdp))).every(Boolean)) continue;
    given.add(first);
    return first;
  }
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port);
    await once(socket, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    socket.close();
  }
}
