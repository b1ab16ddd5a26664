/**
 * `pnpm conformance`: checks a client of any make against the protocol. README.md tells how to use it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Stack } from '@parley/e2e/stack';
import { LEVELS, type Level } from './checks.ts';
import type { RunningClient } from './options.ts';
import { describe } from './report.ts';
import { runConformance } from './run.ts';

const USAGE = `
pnpm conformance [--level basic|recovering] [--client 'COMMAND {url} {room}'] [--server URL]
    --level     what the client claims; basic unless it says recovers: true in join
    --client    how to start it: {url} becomes http://…, {ws} the address of its socket, {room} the room to join.
                It is asked to leave by SIGTERM. Without it you are told when to start and end it yourself
    --only      publish or receive, for a client that does not do both
    --server    a running Parley to check it with; by default one is started
    --port      where the client is to connect; by default 4433
    --patience  seconds that the client may take for each thing; by default 10
    --fail-fast ends with the first failure
    --json      a file for the report
`;

const COMMAND_END_MS = 5000;
const text = { type: 'string' } as const;

try {
  const { values } = parseArgs({
    options: {
      level: text,
      client: text,
      only: text,
      server: text,
      port: text,
      patience: text,
      json: text,
      'fail-fast': { type: 'boolean' },
    },
  });
  const level = LEVELS.find((known) => known === (values.level ?? 'basic'));
  if (level === undefined) throw new Error(`--level is one of ${LEVELS.join(', ')}.`);
  if (values.only !== undefined && values.only !== 'publish' && values.only !== 'receive')
    throw new Error('--only is publish or receive.');
  process.exitCode = await conformance(level, values);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
// libdatachannel keeps threads.
process.exit();

/** @returns 0 where nothing failed */
async function conformance(
  level: Level,
  values: {
    client?: string;
    only?: string;
    server?: string;
    port?: string;
    patience?: string;
    json?: string;
    'fail-fast'?: boolean;
  },
): Promise<number> {
  const { client, only, json } = values;
  if (values.server === undefined) console.error('Starting a Parley of its own …');
  const stack = values.server === undefined ? await Stack.start({ direct: false }) : undefined;
  try {
    const report = await runConformance({
      upstream: (values.server ?? stack?.url ?? '').replace(/\/$/, ''),
      level,
      publishes: only !== 'receive',
      receives: only !== 'publish',
      start: client === undefined ? askFor : (url, room) => start(client, url, room),
      patienceMs: Number(values.patience ?? 10) * 1000,
      ...(client === undefined && { startMs: 600_000 }),
      failFast: values['fail-fast'] ?? false,
      port: Number(values.port ?? 4433),
      onProgress: (what) => console.error(`  ${what} …`),
    });
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`\n${describe(report)}`);
    return report.passed ? 0 : 1;
  } finally {
    await stack?.stop();
  }
}

async function start(command: string, url: string, room: string): Promise<RunningClient> {
  const ws = `${url.replace('http', 'ws')}/ws`;
  const line = command.replaceAll('{url}', url).replaceAll('{ws}', ws).replaceAll('{room}', room);
  const child = spawn(line, { shell: true, stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  const signal = (name: NodeJS.Signals) => {
    try {
      // To the shell's group: the client is its child.
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended.
    }
  };
  return {
    async stop() {
      if (child.exitCode !== null) return;
      signal('SIGTERM');
      const force = setTimeout(() => signal('SIGKILL'), COMMAND_END_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** For a client that is started by hand. */
async function askFor(url: string, room: string): Promise<RunningClient> {
  console.error(`\nStart the client: it joins ${room} at ${url.replace('http', 'ws')}/ws`);
  return {
    async stop() {
      const line = createInterface({ input: process.stdin, output: process.stderr });
      await line.question('Let the client leave the room, if it is still there, and press Enter ');
      line.close();
    },
  };
}
