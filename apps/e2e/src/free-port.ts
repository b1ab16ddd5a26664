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

/**
 * The first of four ports for a media node, below the kernel's ephemeral ports so that no other socket is there by
 * chance, different for each test process.
 */
export function mediaPort(): number {
  return 22_000 + (process.pid % 2000) * 4;
}
