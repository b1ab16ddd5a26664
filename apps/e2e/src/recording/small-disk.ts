import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MEGABYTE = 1_000_000;
const SIZE = 120;
/** Of it a recorder keeps so much free; below half of that its recordings go elsewhere. */
const KEPT = 60;
/** What is left when it is full. */
const LEFT = 20;

/** Whether there can be one: it has to be mounted. */
export const CAN_MOUNT = process.getuid?.() === 0;

/** A disk of 120 MB, in memory, that can be filled. */
export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = path.join(folder, 'ballast');
  }

  /** @throws without root's rights */
  static async mount(): Promise<SmallDisk> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE * MEGABYTE}`, 'parley-disk', folder]);
    return new SmallDisk(folder);
  }

  /** What its recorder is to be started with. */
  get recorder() {
    return { folder: this.folder, env: { PARLEY_RECORDING_MIN_FREE_DISK: String(KEPT) } };
  }

  async fill(): Promise<void> {
    await writeFile(this.#ballast, Buffer.alloc((SIZE - LEFT) * MEGABYTE));
  }

  async clear(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', [this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
