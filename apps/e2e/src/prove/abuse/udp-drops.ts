import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Datagrams that the kernel dropped because a socket's buffer was full: of the sockets on some ports, and of this process.
 * Undefined where the system does not tell (proc(5), Linux only).
 */
export async function udpDrops(ports: readonly number[]): Promise<number | undefined> {
  try {
    const files = await Promise.all(
      ['udp', 'udp6'].map(async (name) => await readFile(`/proc/net/${name}`, 'utf8')),
    );
    const own = await ownSockets();
    const lines = files.flatMap((text) => text.trim().split('\n').slice(1));
    return lines.reduce((sum, line) => {
      const columns = line.trim().split(/\s+/);
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
      const counts = ports.includes(port) || own.has(columns[9] ?? '');
      return counts ? sum + Number(columns.at(-1)) : sum;
    }, 0);
  } catch {
    return undefined;
  }
}

/** Inodes of the sockets that this process has open. */
async function ownSockets(): Promise<Set<string>> {
  const files = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    files.map(async (file) => await readlink(`/proc/self/fd/${file}`).catch(() => '')),
  );
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}
