import { createServer } from 'node:net';

/** A TCP port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer()
    .once('error', reject)
    .listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the server has no port'));
      });
    });
  return promise;
}

/**
 * The first of four ports for a media node, below the kernel's ephemeral ports so that no other socket is there by
 * chance, different for each test process.
 */
export function mediaPort(): number {
  return 22_000 + (process.pid % 2000) * 4;
}
