import { statfs } from 'node:fs/promises';

/** Between looks at the disk, ms. A recording of 20 tracks writes some 10 MB in that time. */
const LOOK_MS = 2000;

/** How much room there is: enough; too little for more recordings; too little for those that there are. */
export type DiskLevel = 'enough' | 'full' | 'critical';

/** The level that an amount of free space is. @param least what is to be left free, bytes */
export function diskLevel(free: number, least: number): DiskLevel {
  if (free < least / 2) return 'critical';
  return free < least ? 'full' : 'enough';
}

/** Bytes that this process may still write below a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Who hears of the disk. */
export interface DiskHears {
  /** The level has changed. */
  onLevel(level: DiskLevel): void;
  /** Local copies of what is elsewhere should go; each time that the disk is looked at. */
  onScarce(): void;
}

/** Watches the disk of the recordings. */
export class DiskWatch {
  readonly #folder: string;
  readonly #least: number;
  readonly #hears: DiskHears;
  readonly #timer: NodeJS.Timeout;
  #free: number;
  #level: DiskLevel;

  private constructor(folder: string, least: number, free: number, hears: DiskHears) {
    this.#folder = folder;
    this.#least = least;
    this.#free = free;
    this.#level = diskLevel(free, least);
    this.#hears = hears;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
  }

  /**
   * @param least what is to be left free, bytes
   * @throws when the folder is not there
   */
  static async open(folder: string, least: number, hears: DiskHears): Promise<DiskWatch> {
    return new DiskWatch(folder, least, await freeBytes(folder), hears);
  }

  /** Bytes, when last looked. */
  get free(): number {
    return this.#free;
  }

  get level(): DiskLevel {
    return this.#level;
  }

  /** Whether local copies of what is elsewhere should go. */
  get scarce(): boolean {
    return this.#free < this.#least * 2;
  }

  /** Looks now. */
  async look(): Promise<void> {
    this.#free = await freeBytes(this.#folder).catch(() => 0);
    if (this.scarce) this.#hears.onScarce();
    const level = diskLevel(this.#free, this.#least);
    if (level === this.#level) return;
    this.#level = level;
    this.#hears.onLevel(level);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
