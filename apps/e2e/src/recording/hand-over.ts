import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '@parley/bots/inbox';
import { FinishPlan } from '@parley/protocol/recording/recorder-api';
import type { Stack } from '../stack.ts';
import type { Blow } from './blows.ts';
import type { SmallDisk } from './small-disk.ts';
import { StackRecorder } from './stack-recorder.ts';

/** On a busy machine, ms. */
const TAKEN_MS = 30_000;

/** The disk of the only recorder gets full while another one is there. */
export class HandOver {
  readonly #stack: Stack;
  readonly #first: StackRecorder;
  readonly #disk: SmallDisk;
  #other: StackRecorder | undefined;

  /** @param first on that disk */
  constructor(stack: Stack, first: StackRecorder, disk: SmallDisk) {
    this.#stack = stack;
    this.#first = first;
    this.#disk = disk;
  }

  get blow(): Blow {
    return {
      what: 'the full disk',
      mostLost: 500,
      mostMissing: 1_000,
      // A recorder looks at its disk every 2 s.
      noticed: 5_000,
      prepare: async () => {
        this.#other = await StackRecorder.start(this.#stack, { name: 'recorder-other' });
      },
      strike: async () => {
        await this.#disk.fill();
        await until(async () => (await recordingsOf(this.other)).length > 0, 'another recorder takes over', {
          ms: TAKEN_MS,
        });
      },
    };
  }

  /** The one that takes over. */
  get other(): StackRecorder {
    if (this.#other === undefined) throw new Error('it has yet to be started');
    return this.#other;
  }

  /** What of a finished recording is wrong: each of the two has pieces of it, and its files are made of all of them, once each. */
  async shortfalls(recordingId: string): Promise<string[]> {
    const folders = [this.#first, this.#other].flatMap((recorder) =>
      recorder === undefined ? [] : [path.join(recorder.folder, recordingId)],
    );
    const onDisks = await Promise.all(folders.map(piecesIn));
    const wrong = onDisks.flatMap((files, index) =>
      files.length > 0 ? [] : [`nothing is on the disk of recorder ${index + 1}`],
    );
    const manifests = await Promise.all(folders.map(manifestIn));
    const [plan, second] = manifests.flatMap((manifest) => manifest ?? []);
    if (plan === undefined || second !== undefined) wrong.push('there is not one manifest of it');
    const planned = plan?.tracks.flatMap(({ pieces }) => pieces.map(({ segment }) => segment.file)) ?? [];
    const there = onDisks.flat();
    for (const file of there) if (!planned.includes(file)) wrong.push(`${file} is in no file`);
    for (const file of planned) if (!there.includes(file)) wrong.push(`${file} is on no disk`);
    if (new Set(planned).size < planned.length) wrong.push('a piece is planned twice');
    return wrong;
  }

  async close(): Promise<void> {
    await this.#disk.clear();
    await this.#other?.stop();
  }
}

/** The folders of recordings that it has. */
async function recordingsOf({ folder }: StackRecorder): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.'));
}

/** The pieces of a recording on a disk, below its folder. */
async function piecesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((name) => /^\d+\/.+\.(webm|mkv)$/.test(name));
}

async function manifestIn(folder: string): Promise<FinishPlan | undefined> {
  const text = await readFile(path.join(folder, 'manifest.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : FinishPlan.parse(JSON.parse(text));
}
