import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { logHint, type Service, startService } from '../../../../../infra/dev/processes.ts';
import { freePort } from '../../free-port.ts';
import { Bucket } from './bucket.ts';

const run = promisify(execFile);

/** Debian's packages that it is made of. */
export const RADOSGW_PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd'];
const PATIENCE_MS = 30_000;
/** Of all objects in it, bytes. */
const SIZE = 4 * 2 ** 30;

export interface RadosgwOptions {
  /** Of its own; files of it stay there. */
  folder: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** A real Ceph RADOS Gateway, an S3 server, on one port of this machine. What it stores is in its memory. */
export interface Radosgw {
  /** Its S3 endpoint. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** @throws {Error} where its programs are not installed, or do not come up */
export async function startRadosgw({
  folder,
  accessKeyId,
  secretAccessKey,
}: RadosgwOptions): Promise<Radosgw> {
  if (!existsSync('/usr/bin/radosgw'))
    throw new Error(
      `radosgw is missing: apt-get install --no-install-recommends ${RADOSGW_PACKAGES.join(' ')}`,
    );
  const [port, monitor, oldMonitor] = await Promise.all([freePort(), freePort(), freePort()]);
  for (const name of ['mon', 'osd', 'run', 'log']) await mkdir(path.join(folder, name), { recursive: true });
  const [fsid, osd] = [crypto.randomUUID(), crypto.randomUUID()];
  const monitors = `[v2:127.0.0.1:${monitor},v1:127.0.0.1:${oldMonitor}]`;
  const configuration = path.join(folder, 'ceph.conf');
  await writeFile(configuration, ceph({ folder, fsid, monitors, port }));
  const env = { ...process.env, CEPH_CONF: configuration };
  const call = (program: string, ...args: string[]) => run(program, args, { env, timeout: PATIENCE_MS });
  const services: Service[] = [];
  const start = async (program: string, ...args: string[]) => {
    const service = await startService(program, program, [...args, '-f'], { env, logFolder: folder });
    services.unshift(service);
    return service;
  };
  const close = async () => {
    for (const service of services) {
      // There is nothing to be kept.
      service.process.kill('SIGKILL');
      await service.exited;
    }
  };
  try {
    const map = path.join(folder, 'monmap');
    await call('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', monitors, map);
    await call('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map);
    await start('ceph-mon', '-i', 'a');
    await call('ceph', '--connect-timeout', '20', 'osd', 'new', osd, '0');
    await call('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
    await start('ceph-osd', '-i', '0');
    const isUp = async () => (await call('ceph', 'osd', 'stat')).stdout.includes('1 up');
    await until(isUp, 'ceph-osd is up');
    const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey];
    const user = ['user', 'create', '--uid', 'test', '--display-name', 'test'];
    await call('radosgw-admin', '-n', 'client.rgw', ...user, ...keys);
    const gateway = await start('radosgw', '-n', 'client.rgw');
    const url = `http://127.0.0.1:${port}`;
    const answers = () => fetch(url).then((response) => response.ok);
    await until(answers, 'radosgw answers', () => logHint(gateway));
    return { url, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes a bucket on it. */
export async function makeBucket(
  gateway: Radosgw,
  name: string,
  keys: Omit<RadosgwOptions, 'folder'>,
): Promise<Bucket> {
  const bucket = new Bucket({ endpoint: gateway.url, bucket: name, ...keys });
  await bucket.make();
  return bucket;
}

async function until(
  isSo: () => Promise<boolean>,
  what: string,
  hint: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`it did not come about that ${what}; ${hint()}`);
    await sleep(100);
  }
}

interface CephOptions {
  folder: string;
  fsid: string;
  monitors: string;
  port: number;
}

/** One of each, without access control among them, quick to agree with themselves. */
function ceph({ folder, fsid, monitors, port }: CephOptions): string {
  return `[global]
fsid = ${fsid}
mon_host = ${monitors}
mon_initial_members = a
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/log/$name.log
mon_cluster_log_file = ${folder}/log/cluster.log
crash_dir = ${folder}/log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[mon]
mon_data = ${folder}/mon
mon_data_avail_crit = 1
[osd]
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = ${SIZE}
[client.rgw]
ms_mon_client_mode = crc
rgw_frontends = beast endpoint=127.0.0.1:${port}
rgw_thread_pool_size = 16
`;
}
