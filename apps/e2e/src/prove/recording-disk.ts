/**
 * `pnpm prove:recording-disk`: that a full disk costs what could not be written, says so, and nothing else. Needs root, for a small disk.
 *
 * 1. Two probes (see recording.ts) are recorded, and the disk gets full: another recorder takes over, nothing is lost or comes twice, and what
 *    both have on their disks is in one finished file each.
 * 2. There is no other recorder: this one lives, a recording that is started meanwhile is refused with the reason, and the finished files play,
 *    what is missing of them is stated.
 *
 * `SECONDS` (20) before, while and after it is full.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BotFleet } from '@parley/bots/bot-fleet';
import { until } from '@parley/bots/inbox';
import { blowShortfalls, describeBlows, recordUnderBlows } from '../recording/blows.ts';
import { HandOver } from '../recording/hand-over.ts';
import { playFiles } from '../recording/play-files.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import { SmallDisk } from '../recording/small-disk.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import type { Stack } from '../stack.ts';
import { seconds as inSeconds } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

const FINISH_MS = 120_000;
const REFUSED_MS = 30_000;
const PEOPLE = ['Ann', 'Bob', 'Cy'];

interface DiskFigures {
  files: number;
  /** Stated as missing while it was full, ms. */
  missing: number;
  /** What was said to who wanted to record meanwhile. */
  refusal: string;
  /** What does not hold. */
  wrong: string[];
}

async function proveAlone(
  stack: Stack,
  { recorder, disk }: { recorder: StackRecorder; disk: SmallDisk },
  { seconds }: { seconds: number },
): Promise<DiskFigures> {
  const api = new RecordingApi(stack.url);
  const room = 'disk';
  const bots = PEOPLE.map((name, index) => ({
    edgeUrl: stack.url,
    room,
    name,
    publish: index === 0 ? (['microphone', 'camera'] as const) : (['microphone'] as const),
    autoSubscribe: false,
  }));
  const fleet = new BotFleet(bots, { processes: 0 });
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-disk-files-'));
  const { pid } = recorder;
  try {
    await fleet.start();
    const id = await startWhenPossible(api, room);
    await sleep(seconds * 1000);
    await disk.fill();
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
    await disk.clear();
    const first = await api.finished(id, FINISH_MS);
    const again = await startWhenPossible(api, room);
    await sleep(seconds * 1000);
    await api.stop(room);
    const second = await api.finished(again, FINISH_MS);
    const wrong = [...(await playFiles(api, first, folder)), ...(await playFiles(api, second, folder))];
    const files = first.files.length + second.files.length;
    if (files !== 2 * PEOPLE.length) wrong.push(`${files} files of twice ${PEOPLE.length} people`);
    if (recorder.pid !== pid) wrong.push('the recorder is another');
    if (!/disk/i.test(refusal)) wrong.push(`what is said while it is full: ${refusal}`);
    const missing = first.gaps.reduce((sum, { from, to }) => Math.max(sum, to - from), 0);
    return { files, missing, refusal, wrong };
  } finally {
    await fleet.close();
    await disk.clear();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The recorder looks at its disk now and then. */
async function startWhenPossible(api: RecordingApi, room: string): Promise<string> {
  let id: string | undefined;
  await until(
    async () => {
      id = await api.start(room).then(
        (recording) => recording.id,
        () => undefined,
      );
      return id !== undefined;
    },
    'it is recorded when there is room',
    { ms: REFUSED_MS },
  );
  return id ?? '';
}

async function showHandOver(
  stack: Stack,
  { recorder, disk }: { recorder: StackRecorder; disk: SmallDisk },
  { seconds }: { seconds: number },
): Promise<void> {
  const handOver = new HandOver(stack, recorder, disk);
  try {
    const figures = await recordUnderBlows(stack, [handOver.blow], { seconds });
    console.log(describeBlows(figures));
    const wrong = [...blowShortfalls(figures), ...(await handOver.shortfalls(figures.recordingId))];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  } finally {
    await handOver.close();
  }
}

if (import.meta.main) {
  await showProof({}, async (stack) => {
    const disk = await SmallDisk.mount();
    const recorder = await StackRecorder.start(stack, disk.recorder);
    const parts = { recorder, disk };
    const seconds = numberSetting('SECONDS', 20);
    try {
      await showHandOver(stack, parts, { seconds });
      const { wrong, refusal, missing, files } = await proveAlone(stack, parts, { seconds });
      console.log(
        `${files} files play; ${inSeconds(missing)} s are stated as missing; meanwhile: ${refusal}`,
      );
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    } finally {
      await recorder.stop();
      await disk.unmount();
    }
    return 'a full disk costs what could not be written, and nothing where another recorder is there';
  });
}
