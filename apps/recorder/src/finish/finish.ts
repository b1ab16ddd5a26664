import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { FinishPlan, RecordingFile } from '@parley/protocol/recording/recorder-api';
import { COMPOSITE_STEPS, type FinishedTake, makeComposite } from './composite/composite.ts';
import type { Finished, FinishIo, FinishSettings } from './finish-io.ts';
import { KeptWork } from './kept-work.ts';
import { mergeSpans } from './missing.ts';
import { Progress } from './progress.ts';
import { isEncodedAgain, makeTakeFile } from './take-file.ts';
import { planTakes, type Take, takeSpan } from './takes.ts';

/** How much longer a second takes that is encoded again than one that is copied, about. */
const ENCODING = 20;

/**
 * Makes of a recording what people get: the files of its plan and `manifest.json`, stored. Called again after an attempt that died, it goes on
 * with what that one had made.
 *
 * @param report - hears how far it is, 0–1, never less than before.
 * @throws {FinishFailed} when it cannot be made; the signal's reason when it is aborted; whatever `io` throws.
 */
export async function finish(
  plan: FinishPlan,
  settings: FinishSettings,
  io: FinishIo,
  report: (done: number) => void,
  signal: AbortSignal,
): Promise<Finished> {
  const work = new KeptWork(settings.scratch);
  const progress = new Progress(report);
  const takes = planTakes(plan);
  for (const take of takes) progress.add(take.name, weightOf(take, settings));
  const composite = plan.options.mode === 'composite';
  if (composite && takes.length > 0) planComposite(takes, progress);

  const files: RecordingFile[] = [];
  const made: FinishedTake[] = [];
  const missing: TimeSpan[] = [];
  for (const take of takes) {
    const reached = (done: number) => progress.reach(take.name, done);
    const { file, local, missing: left } = await makeTakeFile(take, { settings, io, work, signal, reached });
    missing.push(...left);
    if (!file) continue;
    files.push(file);
    made.push({ take, file, local });
  }
  if (composite) {
    const reached = (step: string, done: number) => progress.reach(`composite ${step}`, done);
    const room = await makeComposite({ plan, takes: made, settings, io, work, signal, reached });
    if (room) files.push(room.file);
    missing.push(...(room?.missing ?? []));
  }
  const finished = { files, missing: mergeSpans(missing) };
  await storeManifest(plan, finished, work, io);
  return finished;
}

function planComposite(takes: Take[], progress: Progress): void {
  const spans = takes.map(takeSpan);
  const length = Math.max(...spans.map(({ to }) => to)) - Math.min(...spans.map(({ from }) => from));
  for (const [step, weight] of Object.entries(COMPOSITE_STEPS))
    progress.add(`composite ${step}`, weight * length);
}

function weightOf(take: Take, { format }: FinishSettings): number {
  const { from, to } = takeSpan(take);
  return (to - from) * (isEncodedAgain(take, format) ? ENCODING : 1);
}

/** All that is known of the recording, beside its files: whoever has the folder needs nothing else. */
async function storeManifest(
  plan: FinishPlan,
  finished: Finished,
  work: KeptWork,
  io: FinishIo,
): Promise<void> {
  const local = path.join(work.folder, 'manifest.json');
  // The one of an earlier attempt may be where it is stored, by a link.
  await writeFile(`${local}.part`, JSON.stringify({ ...plan, ...finished }));
  await rename(`${local}.part`, local);
  await io.put(local, 'manifest.json');
}
