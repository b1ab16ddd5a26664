/**
 * `pnpm prove:recording-disk`: that a full disk costs what could not be written, says so, and nothing else; and that names which people type
 * reach no path. People with hostile names are recorded on a small disk (tmpfs, so it needs root), which is full for a while. The recorder
 * lives, a recording that is started meanwhile is refused with the reason, and the finished files play, what is missing of them is stated.
 *
 * `SECONDS` (20) before, while and after it is full.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BotFleet } from '@parley/bots/bot-fleet';
import { until } from '@parley/bots/inbox';
import { RecordingPath } from '@parley/protocol/recording/manifest';
import type { Recording } from '@parley/protocol/rest';
import { decode } from '../recording/decode.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import type { Stack } from '../stack.ts';
import { seconds as inSeconds } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

const run = promisify(execFile);
const MEGABYTE = 1_000_000;
const DISK = 120;
/** Of it the recorder keeps so much free; below half of that its recordings go elsewhere. */
const KEPT = 60;
/** What is left when it is full. */
const LEFT = 20;
const FINISH_MS = 120_000;
const REFUSED_MS = 30_000;

/** What people call themselves who want to be somewhere else. */
const NAMES = [
  '../../../etc/passwd',
  '..\\..\\a.webm',
  '"; filename="evil.html',
  '<script>alert(1)</script>',
  "$(touch /tmp/parley-was-here); `id` ' -i /etc/passwd",
  'حساب\u202e\u200b 🎥',
];

export interface DiskFigures {
  files: number;
  /** Stated as missing while it was full, ms. */
  missing: number;
  /** What was said to who wanted to record meanwhile. */
  refusal: string;
  /** What does not hold. */
  wrong: string[];
}

/** A disk of a few megabytes. */
export async function mountSmallDisk(): Promise<{ folder: string; unmount(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK * MEGABYTE}`, 'parley-disk', folder]);
  return {
    folder,
    async unmount() {
      await run('umount', [folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the recorder of it is to be started with. */
export const DISK_ENV = { PARLEY_RECORDING_MIN_FREE_DISK: String(KEPT) };

/** @param recorder on a small disk, started with {@link DISK_ENV} */
export async function proveDisk(
  stack: Stack,
  recorder: StackRecorder,
  { seconds }: { seconds: number },
): Promise<DiskFigures> {
  const api = new RecordingApi(stack.url);
  const room = '..disk..';
  const bots = NAMES.map((name, index) => ({
    edgeUrl: stack.url,
    room,
    name,
    publish: index === 0 ? (['microphone', 'camera'] as const) : (['microphone'] as const),
    autoSubscribe: false,
  }));
  const fleet = new BotFleet(bots, { processes: 0 });
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-disk-files-'));
  const ballast = path.join(recorder.folder, 'ballast');
  const { pid } = recorder;
  try {
    await fleet.start();
    const { id } = await api.start(room);
    await sleep(seconds * 1000);
    await writeFile(ballast, Buffer.alloc((DISK - LEFT) * MEGABYTE));
    await sleep(seconds * 1000);
    let refusal = '';
    await api.stop(room).catch(() => undefined);
    await until(
      async () => {
        refusal = await api.start(room).then(() => '', String);
        return refusal !== '';
      },
      'a recording is refused while the disk is full',
      { ms: REFUSED_MS },
    );
    await rm(ballast);
    const first = await api.finished(id, FINISH_MS);
    const again = await startAgain(api, room);
    await sleep(seconds * 1000);
    await api.stop(room);
    const second = await api.finished(again, FINISH_MS);
    const wrong = [...(await play(api, first, folder)), ...(await play(api, second, folder))];
    if (recorder.pid !== pid) wrong.push('the recorder is another');
    for (const entry of await readdir(recorder.folder, { recursive: true, withFileTypes: true })) {
      const name = path.relative(recorder.folder, path.join(entry.parentPath, entry.name));
      if (
        entry.isFile() &&
        !RecordingPath.safeParse(path.relative(name.split(path.sep)[0] ?? '', name)).success
      )
        wrong.push(`there is a file ${JSON.stringify(name)}`);
    }
    if (!/disk/i.test(refusal)) wrong.push(`what is said while it is full: ${refusal}`);
    const missing = first.gaps.reduce((sum, { from, to }) => Math.max(sum, to - from), 0);
    return { files: first.files.length + second.files.length, missing, refusal, wrong };
  } finally {
    await fleet.close();
    await rm(ballast, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

/** The recorder looks at its disk now and then. */
async function startAgain(api: RecordingApi, room: string): Promise<string> {
  let id: string | undefined;
  await until(
    async () => {
      id = await api.start(room).then(
        (recording) => recording.id,
        () => undefined,
      );
      return id !== undefined;
    },
    'it is recorded again when there is room',
    { ms: REFUSED_MS },
  );
  return id ?? '';
}

async function play(
  api: RecordingApi,
  { files, participants }: Recording,
  folder: string,
): Promise<string[]> {
  const wrong: string[] = [];
  if (files.length !== NAMES.length) wrong.push(`${files.length} files of ${NAMES.length} people`);
  const names = participants.map(({ name }) => name).sort();
  if (names.join() !== NAMES.toSorted().join()) wrong.push(`people are called ${JSON.stringify(names)}`);
  for (const details of files) {
    const who = JSON.stringify(details.participantName);
    const file = path.join(folder, `played.${details.container}`);
    await api.download(details, file);
    const { sound, complaints } = await decode(file, { from: details.from });
    wrong.push(...complaints.map((complaint) => `${who}: ${complaint}`));
    if (Math.abs((sound?.to ?? 0) - details.durationMs) > 150)
      wrong.push(`${who}: ${sound?.to ?? 0} ms of sound, not ${details.durationMs}`);
    const disposition = await api.dispositionOf(details);
    if (
      !/^attachment; filename="[^"\\/\r\n]*"(; filename\*=UTF-8''[A-Za-z0-9%!#$&+.^_`|~-]+)?$/.test(
        disposition,
      )
    )
      wrong.push(`${who} is downloaded as ${disposition}`);
  }
  return wrong;
}

if (import.meta.main) {
  await showProof({}, async (stack) => {
    const { folder, unmount } = await mountSmallDisk();
    const recorder = await StackRecorder.start(stack, { folder, env: DISK_ENV });
    try {
      const { wrong, refusal, missing, files } = await proveDisk(stack, recorder, {
        seconds: numberSetting('SECONDS', 20),
      });
      console.log(
        `${files} files play; ${inSeconds(missing)} s are stated as missing; meanwhile: ${refusal}`,
      );
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    } finally {
      await recorder.stop();
      await unmount();
    }
    return 'a full disk costs what could not be written, and names reach no path';
  });
}
