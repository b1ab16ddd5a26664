import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { Inbox, until } from '@parley/service/testing/inbox';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestEdge } from './testing/test-edge.ts';

vi.setConfig({ testTimeout: 30_000 });

let edge: TestEdge;
let workerBin: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  edge = await TestEdge.start();
  ({ path: workerBin } = await ensureWorker());
}, 20 * 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => edge?.close());

/** Runs the program as an operator does. */
function run(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      PATH: process.env['PATH'],
      MEDIASOUP_WORKER_BIN: workerBin,
      PARLEY_EDGE_URL: edge.url,
      PARLEY_ENROLMENT_SECRET: edge.secret,
      PARLEY_NODE_ID: 'node-main',
      PARLEY_PERFORMANCE_WORKER_THREADS: '1',
      PARLEY_RTC_PORT: String(20_000 + (process.pid % 10_000)),
      PARLEY_LISTEN_IPS: '127.0.0.1',
      PARLEY_METRICS_PORT: '0',
      ...environment,
    },
  });
  children.push(child);
  const lines = new Inbox<string>();
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    const complete = output.split('\n');
    output = complete.pop() ?? '';
    for (const line of complete) lines.push(line);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let code: number | null | undefined;
  child.on('exit', (value) => {
    code = value;
  });
  return { child, lines, code: () => code };
}

describe('the program', () => {
  it('starts, joins the fleet, and ends in order when told', async () => {
    const { child, lines, code } = run({ LOG_LEVEL: 'INFO' });
    await lines.next((line) => line.includes('"event":"fleet-joined"'), 'the word of having joined');
    expect(lines.all.join('\n'), 'the secret is in no line').not.toContain(edge.secret);
    const link = await edge.assign('node-main', 'room');
    child.kill('SIGTERM');
    await until(() => code() !== undefined, 'it ends');
    expect(code()).toBe(0);
    expect(link.closed, 'the Room is told, and need not wait for a timeout').toMatchObject({ code: 1001 });
  });

  it('ends in order when told before it runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-main-'));
    const slowWorker = join(folder, 'worker');
    await writeFile(slowWorker, '#!/bin/sh\ntouch "$0.started"\nexec sleep 30\n', { mode: 0o755 });
    const { child, code } = run({ MEDIASOUP_WORKER_BIN: slowWorker });
    await until(() => existsSync(`${slowWorker}.started`), 'it starts its worker');
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null || child.signalCode !== null, 'it ends');
    expect(code()).toBe(0);
    await rm(folder, { recursive: true });
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['wrong settings', { PARLEY_RTC_PORT: 'all' }, 2, /PARLEY_RTC_PORT: must be a number/],
    [
      'wrong configuration',
      { PARLEY_ROOMS_MAX_ROOMS: '0' },
      2,
      /PARLEY_ROOMS_MAX_ROOMS: rooms.max_rooms: must be a whole/,
    ],
    [
      'more workers than ports',
      { PARLEY_RTC_PORT: '65535', PARLEY_PERFORMANCE_WORKER_THREADS: '2' },
      2,
      /PARLEY_RTC_PORT: 2 workers from port 65535 on pass 65535/,
    ],
    ['no configuration', { PARLEY_CONFIG_DIR: '/nowhere' }, 2, /PARLEY_CONFIG_DIR: \/nowhere\/webrtc.yaml/],
    ['an address that is not here', { PARLEY_LISTEN_IPS: '203.0.113.7' }, 2, /no address 203\.0\.113\.7/],
    ['an address that names no host', { PARLEY_LISTEN_IPS: '0.0.0.0' }, 2, /clients cannot reach 0\.0\.0\.0/],
    ['no worker', { MEDIASOUP_WORKER_BIN: '/nowhere/worker' }, 1, /set MEDIASOUP_WORKER_BIN/],
  ])('says what to do about %s', async (_, environment, expected, message) => {
    const { lines, code } = run(environment);
    await until(() => code() !== undefined, 'it ends');
    expect(lines.all.join('\n')).toMatch(message);
    expect(code()).toBe(expected);
  });

  it('names file, line and key of what is wrong in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-main-'));
    await writeFile(
      join(folder, 'webrtc.yaml'),
      'webrtc:\n  simulcsat: true\nrooms:\n  max_participants: 0\n',
    );
    await writeFile(join(folder, 'media.yaml'), '');
    const { lines, code } = run({ PARLEY_CONFIG_DIR: folder });
    await until(() => code() !== undefined, 'it ends');
    expect(lines.all).toEqual([
      'The media node cannot start:',
      'webrtc.yaml:2: webrtc.simulcsat: is not a key here; did you mean simulcast?',
      'webrtc.yaml:4: rooms.max_participants: must be a whole number from 1 to 1000, for example 100',
    ]);
    expect(code()).toBe(2);
    await rm(folder, { recursive: true });
  });

  it('says what to do about a port for clients that is taken', async () => {
    const { lines, code } = run({
      PARLEY_PUBLIC_URL: 'ws://media1.example',
      PARLEY_CLIENT_HOST: '127.0.0.1',
      PARLEY_CLIENT_PORT: new URL(edge.url).port,
    });
    await until(() => code() !== undefined, 'it ends');
    expect(lines.all.join('\n')).toMatch(/for clients; set PARLEY_CLIENT_HOST or PARLEY_CLIENT_PORT/);
    expect(code()).toBe(1);
  });
});
