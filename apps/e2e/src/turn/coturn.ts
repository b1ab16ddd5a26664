import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { logHint, ROOT, type Service, startService } from '../../../../infra/dev/processes.ts';

const run = promisify(execFile);
const PROGRAM = '/usr/bin/turnserver';

export interface CoturnOptions {
  folder: string;
  /** Addresses to listen on and to relay from; TLS is for the first. */
  addresses: [string, ...string[]];
  /** Private addresses that it may relay to. */
  allowed: string[];
  secret: string;
}

/**
 * Starts Debian's coturn with the configuration that we ship, and below it what infra/coturn/README.md tells operators to
 * add. The certificate is its own.
 */
export async function startCoturn({ folder, addresses, allowed, secret }: CoturnOptions): Promise<Service> {
  if (!existsSync(PROGRAM)) throw new Error(`There is no ${PROGRAM}; run \`pnpm test browser\` as root.`);
  const [cert, pkey] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=turn.example.com', '-addext', `subjectAltName=IP:${addresses[0]}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', ['req', '-x509', ...key, '-days', '2', ...subject, '-out', cert, '-keyout', pkey]);
  const shipped = await readFile(path.join(ROOT, 'infra/coturn/turnserver.conf'), 'utf8');
  const ours = [
    'realm=turn.example.com',
    `static-auth-secret=${secret}`,
    `cert=${cert}`,
    `pkey=${pkey}`,
    ...allowed.map((address) => `allowed-peer-ip=${address}`),
    ...addresses.flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
  ];
  const file = path.join(folder, 'turnserver.conf');
  await writeFile(file, `${shipped}\n${ours.join('\n')}\n`, { mode: 0o600 });
  const service = await startService('coturn', PROGRAM, ['-c', file, '--pidfile='], { logFolder: folder });
  for (const port of [3478, 443]) await untilListens(service, addresses[0], port);
  return service;
}

async function untilListens(service: Service, host: string, port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await listens(host, port))) {
    if (service.process.exitCode !== null || Date.now() > deadline) {
      await service.stop();
      throw new Error(`coturn does not listen on ${host}:${port}; ${logHint(service)}`);
    }
    await sleep(50);
  }
}

function listens(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port }, () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
