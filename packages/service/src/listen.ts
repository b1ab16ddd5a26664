import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server listens, and what an operator can do when it cannot. */
export interface ListenPlace {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** What for, as in "cannot listen on … for metrics". */
  purpose: string;
  /** The variables that change it. */
  settings: string;
}

/** Starts listening. @throws when the port is taken or the address is not here, with what to set */
export async function listen(server: Server, { host, port, purpose, settings }: ListenPlace): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    reject(new Error(`cannot listen on ${host}:${port} for ${purpose}; set ${settings}`, { cause })),
  );
  server.listen(port, host, resolve);
  await promise;
}

/** The port a server listens on. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
