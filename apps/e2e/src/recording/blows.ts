import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import { union } from '@parley/recording/spans';
import { launchBrowser } from '../launch-browser.ts';
import { seconds as inSeconds, table } from '../prove/format.ts';
import type { Stack } from '../stack.ts';
import { unstatedOf } from './figures.ts';
import { type FileReport, reportOn } from './file-report.ts';
import { RecordedCall } from './recorded-call.ts';
import { RecordingApi } from './recording-api.ts';

/** Until files are made of what was recorded, ms: a recorder that was killed is waited for. */
const FINISH_MS = 120_000;
/** One beep that is not heard may be so much silence to both sides, ms. */
const BEEP_MS = 600;

/** What befalls a recording. */
export interface Blow {
  what: string;
  /** How much of what had been sent before it may cost, ms. */
  mostLost: number;
  /** How long it may be until all goes on, from the last frame before, ms. */
  mostMissing: number;
  /** Until it is noticed, ms. */
  noticed: number;
  /** What is to be there before. */
  prepare?(): Promise<void>;
  strike(): Promise<void>;
}

/** What one blow cost one file. */
export interface BlowCost {
  blow: Pick<Blow, 'what' | 'mostLost' | 'mostMissing'>;
  file: string;
  /** Of what had been sent before, ms. */
  lostBefore: number;
  /** From the last frame that is recorded to the next, ms. */
  missing: number;
}

interface Struck {
  blow: Blow;
  /** Ms since the epoch. */
  at: number;
}

export interface BlowFigures {
  recordingId: string;
  costs: BlowCost[];
  /** What is missing and has nothing to do with a blow. */
  unexplained: string[];
  /** More than a second without picture or sound that the recording does not state as a gap. */
  unstated: string[];
  finishedMs: number;
}

/** Records a call of two probes while blows fall. Nobody touches the recording meanwhile but to stop it. @param seconds before each, and after the last */
export async function recordUnderBlows(
  stack: Stack,
  blows: readonly Blow[],
  { seconds }: { seconds: number },
): Promise<BlowFigures> {
  const api = new RecordingApi(stack.url);
  const browser = await launchBrowser();
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-blows-'));
  try {
    const call = await RecordedCall.open(browser, stack.url);
    const { id, startedAt } = await api.start(call.room);
    const struck: Struck[] = [];
    for (const blow of blows) {
      const until = performance.now() + seconds * 1000;
      await blow.prepare?.();
      await sleep(Math.max(0, until - performance.now()));
      struck.push({ blow, at: Date.now() });
      await blow.strike();
    }
    await sleep(seconds * 1000);
    const { stoppedAt = 0 } = await api.stop(call.room);
    const stopped = performance.now();
    const truth = await call.leave();
    const { files, gaps } = await api.finished(id, FINISH_MS);
    const finishedMs = performance.now() - stopped;
    const figures: BlowFigures = { recordingId: id, costs: [], unexplained: [], unstated: [], finishedMs };
    for (const details of files) {
      const file = path.join(folder, `${details.participantName}.${details.container}`);
      await api.download(details, file);
      const sent = truth(details.participantName ?? '', 'camera', stoppedAt);
      const report = await reportOn(file, details, { ...sent, begin: startedAt });
      const stated = gaps.filter(
        ({ participantId = details.participantId }) => participantId === details.participantId,
      );
      figures.costs.push(...costsOf(report, struck));
      figures.unexplained.push(...unexplainedOf(report, struck));
      figures.unstated.push(...silenceOf(report, stated, struck));
    }
    if (files.length !== 2) figures.unexplained.push(`there are ${files.length} files of two participants`);
    return figures;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function costsOf({ what, holes, lost }: FileReport, struck: readonly Struck[]): BlowCost[] {
  return struck.map(({ blow, at }) => {
    const spans = [...holes, ...lost].filter((one) => isOf(one, { blow, at }));
    const [{ from, to } = { from: at, to: at }] = spans.sort((a, b) => b.to - b.from - (a.to - a.from));
    return { blow, file: what, lostBefore: Math.max(0, at - from), missing: to - from };
  });
}

function unexplainedOf(
  { what, lost, doubled, unread, complaints }: FileReport,
  struck: readonly Struck[],
): string[] {
  const others = lost.filter((span) => !span.settling && !struck.some((one) => isOf(span, one)));
  return [
    ...others.map(({ frames, from }) => `${what}: ${frames} frames ${since(struck, from)}`),
    ...(doubled > 0 ? [`${what}: ${doubled} frames come again`] : []),
    ...(unread > 0 ? [`${what}: ${unread} frames cannot be read`] : []),
    ...complaints.map((complaint) => `${what}: ${complaint}`),
  ];
}

/** What is missing and not stated as a gap. */
function silenceOf(
  { what, holes, lost, beeps }: FileReport,
  stated: readonly TimeSpan[],
  struck: readonly Struck[],
): string[] {
  const silent = beeps.missingAt.map((at) => ({ from: at - BEEP_MS, to: at + BEEP_MS }));
  // Where nothing befell it an encoder without time has sent nothing.
  const dark = holes.filter((hole) => struck.some((one) => isOf(hole, one)));
  const pictures = [...dark, ...lost.map(({ first: from, last: to }) => ({ from, to }))];
  return Object.entries({ picture: pictures, sound: silent }).flatMap(([kind, spans]) =>
    unstatedOf(union(spans), stated).map(
      ({ from, to }) => `${what}: no ${kind} for ${inSeconds(to - from)} s ${since(struck, from)}`,
    ),
  );
}

/** Losses that a blow explains go over it, or begin when it is noticed. */
function isOf({ from, to }: TimeSpan, { blow, at }: Struck): boolean {
  return from < at + blow.noticed && to > at;
}

function since(struck: readonly Struck[], from: number): string {
  const last = struck.findLast(({ at }) => at < from);
  return last === undefined ? 'before anything' : `${inSeconds(from - last.at)} s after ${last.blow.what}`;
}

/** What does not hold. */
export function blowShortfalls({ costs, unexplained, unstated }: BlowFigures): string[] {
  return [
    ...costs.flatMap(({ blow: { what, mostLost, mostMissing }, file, lostBefore, missing }) => [
      ...(lostBefore <= mostLost ? [] : [`${file}: ${what} cost ${inSeconds(lostBefore)} s of before`]),
      ...(missing <= mostMissing ? [] : [`${file}: ${what} cost ${inSeconds(missing)} s`]),
    ]),
    ...unexplained,
    ...unstated.map((loss) => `not stated as a gap: ${loss}`),
  ];
}

/** The figures as a table. */
export function describeBlows({ costs, finishedMs }: BlowFigures): string {
  const rows = costs.map(({ blow, file, lostBefore, missing }) => [
    `${blow.what}: ${file}`,
    inSeconds(lostBefore),
    inSeconds(missing),
  ]);
  return [
    table([['s', 'lost of before', 'missing in all'], ...rows]),
    `finished by itself in ${inSeconds(finishedMs)} s`,
  ].join('\n');
}
