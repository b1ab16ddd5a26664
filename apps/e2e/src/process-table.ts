import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A running process. */
export interface ProcessEntry {
  pid: number;
  /** Of the program, without its folder. */
  name: string;
  /** Resident memory. */
  rssBytes: number;
}

/** The processes of a process group, such as a service and all that it started. */
export async function processGroup(group: number): Promise<ProcessEntry[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,pgid=,rss=,comm=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, pgid, rss, ...command] = line.trim().split(/\s+/);
    if (Number(pgid) !== group) return [];
    const name = command.join(' ').split('/').at(-1) ?? '';
    return [{ pid: Number(pid), name, rssBytes: Number(rss) * 1024 }];
  });
}
