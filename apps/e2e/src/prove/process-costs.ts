import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Stack } from '../stack.ts';

/** What some processes hold and have used. */
export interface Costs {
  /** Resident memory, bytes; pages that processes share count for each. */
  memory: number;
  /** User and system time since they began, seconds. */
  cpu: number;
  sockets: number;
  /** Of the process that has most: files, sockets and what else is open. */
  descriptors: number;
}

/** The parts of a stack under load. `wrangler` is the local runtime's own process, which a deployed edge does not have. */
export const PARTS = ['node', 'media workers', 'workerd', 'wrangler', 'bots'] as const;
export type Part = (typeof PARTS)[number];
export type StackCosts = Record<Part, Costs>;

interface Process {
  pid: number;
  parent: number;
  group: number;
  name: string;
  /** Seconds. */
  cpu: number;
}

/** `USER_HZ`: Linux has it at 100 on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What each part of the stack costs, and the bots in processes that this one has started. Linux only: reads /proc. */
export async function costsOf(stack: Stack): Promise<StackCosts> {
  const parts: StackCosts = {
    node: none(),
    'media workers': none(),
    workerd: none(),
    wrangler: none(),
    bots: none(),
  };
  await Promise.all(
    (await processes()).map(async (one) => {
      const part = partOf(one, stack);
      if (part === undefined) return;
      const sum = parts[part];
      const [memory, open] = await Promise.all([residentBytes(one.pid), openDescriptors(one.pid)]);
      sum.memory += memory;
      sum.cpu += one.cpu;
      sum.sockets += open.sockets;
      sum.descriptors = Math.max(sum.descriptors, open.all);
    }),
  );
  return parts;
}

/** The servers' processes as `part pid`, in order: the same as before if none has died. Linux only. */
export async function serversOf(stack: Stack): Promise<string[]> {
  return (await processes())
    .flatMap((one) => {
      const part = partOf(one, stack);
      return part === undefined || part === 'bots' || part === 'wrangler' ? [] : [`${part} ${one.pid}`];
    })
    .sort();
}

function partOf({ pid, parent, group, name }: Process, { edgePid, nodePid }: Stack): Part | undefined {
  if (pid === nodePid) return 'node';
  if (group === nodePid) return 'media workers';
  if (group === edgePid) return name === 'workerd' ? 'workerd' : 'wrangler';
  return parent === process.pid ? 'bots' : undefined;
}

function none(): Costs {
  return { memory: 0, cpu: 0, sockets: 0, descriptors: 0 };
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map(readProcess));
  return all.filter((one) => one !== undefined);
}

/** See proc_pid_stat(5). */
async function readProcess(pid: string): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const match = stat?.match(/^(\d+) \((.*)\) (.*)$/s);
  if (match == null) return undefined;
  const [, , name = '', rest = ''] = match;
  const fields = rest.split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number(pid),
    parent: field(4),
    group: field(5),
    name,
    cpu: (field(14) + field(15)) / TICKS_PER_SECOND,
  };
}

/** Resident memory of a process, bytes. Linux only. */
export async function residentBytes(pid: number | string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

async function openDescriptors(pid: number): Promise<{ all: number; sockets: number }> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  );
  return {
    all: descriptors.length,
    sockets: links.filter((link) => link.startsWith('socket:')).length,
  };
}

/** How many descriptors a process that this one starts may have open. */
export async function descriptorLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}
