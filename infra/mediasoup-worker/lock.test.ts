import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LockHolder, withLock } from './lock.ts';

const FAST = { pollMs: 5 };

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'parley-lock-'));
  file = path.join(dir, 'worker.lock');
});
afterEach(() => rm(dir, { recursive: true }));

describe('withLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const waits: LockHolder[] = [];
    const action = async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    };
    const options = { ...FAST, onWait: (holder: LockHolder) => waits.push(holder) };
    await Promise.all([1, 2, 3].map(() => withLock(file, action, options)));
    expect(most).toBe(1);
    expect(waits.map(({ pid }) => pid)).toEqual([process.pid, process.pid]);
    expect(await readdir(dir)).toEqual([]);
  });

  it('lets go when the action fails', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('no compiler')))).rejects.toThrow(
      'no compiler',
    );
    expect(await withLock(file, async () => 'built', FAST)).toBe('built');
  });

  it('takes over from a process that is gone', async () => {
    // Process ids end below this.
    await writeFile(file, JSON.stringify({ pid: 2 ** 30, host: os.hostname(), id: 'gone' }));
    expect(await withLock(file, async () => 'built', FAST)).toBe('built');
    expect(await readdir(dir)).toEqual([]);
  });

  it('takes over from another machine that shows no sign of life', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, host: 'elsewhere', id: 'silent' }));
    const past = new Date(Date.now() - 10_000);
    await utimes(file, past, past);
    expect(await withLock(file, async () => 'built', { ...FAST, staleMs: 5000 })).toBe('built');
  });

  it('waits for another machine that is at work, until told to stop', async () => {
    await writeFile(file, JSON.stringify({ pid: 2 ** 30, host: 'elsewhere', id: 'busy' }));
    const stop = AbortSignal.timeout(50);
    await expect(withLock(file, async () => 'built', { ...FAST, signal: stop })).rejects.toThrow('abort');
    expect(await readdir(dir)).toEqual(['worker.lock']);
  });

  it('shows that it lives while it works', async () => {
    const slow = withLock(file, () => sleep(150, 'first'), { ...FAST, heartbeatMs: 10 });
    await sleep(20);
    const order: string[] = [];
    const next = withLock(file, async () => order.push('second'), { ...FAST, staleMs: 60 });
    order.push(await slow);
    await next;
    expect(order).toEqual(['first', 'second']);
  });
});
