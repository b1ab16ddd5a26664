/**
 * `pnpm prove:recording-kills`: what a recording loses when what it is made of dies. While two probes (see recording.ts) are recorded, the Worker,
 * the node and the recorder are killed with SIGKILL, one after the other, each with all it has started, and started again a second later, as
 * a supervisor does. Nobody touches the recording meanwhile; it is stopped in the end and finishes by itself. Of each file then: what was
 * lost of what had been sent before each kill, which may be the segment that was open, when it goes on, and whether the recording states
 * as gaps all that is missing.
 *
 * `SECONDS` (25) before each kill, and after the last.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEGMENT_SECONDS, type TimeSpan } from '@parley/protocol/recording/manifest';
import { union } from '@parley/recording/spans';
import { launchBrowser } from '../launch-browser.ts';
import { unstatedOf } from '../recording/figures.ts';
import { reportOn } from '../recording/file-report.ts';
import { RecordedCall } from '../recording/recorded-call.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import type { Stack } from '../stack.ts';
import { seconds as inSeconds, table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

export const VICTIMS = ['Worker', 'node', 'recorder'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Until a supervisor starts again what died, ms. */
const RESTART_MS = 1_000;
/** Until files are made of what was recorded, ms: a recorder that was killed is waited for. */
const FINISH_MS = 120_000;
/** A segment is at most so long; its last frame may be some time on its way, ms. */
export const MOST_LOST_MS = SEGMENT_SECONDS * 1000 + 500;
/** Whatever is dead is replaced in this time, ms. */
const MOST_AWAY_MS = 60_000;
/** One beep that is not heard may be so much silence to both sides, ms. */
const BEEP_MS = 600;

/** What one kill cost one file. */
export interface KillCost {
  victim: Victim;
  file: string;
  /** Of what had been sent before the kill, ms. */
  lostBefore: number;
  /** Until what is sent after it is recorded, ms. */
  away: number;
}

interface Kill {
  victim: Victim;
  /** Ms since the epoch. */
  at: number;
}

export interface KillFigures {
  costs: KillCost[];
  /** What is missing and has nothing to do with a kill. */
  unexplained: string[];
  /** More than a second without picture or sound that the recording does not state as a gap. */
  unstated: string[];
  finishedMs: number;
}

/** Records a call of two while servers are killed. */
export async function proveKills(
  stack: Stack,
  recorder: StackRecorder,
  { seconds, victims = VICTIMS }: { seconds: number; victims?: readonly Victim[] },
): Promise<KillFigures> {
  const api = new RecordingApi(stack.url);
  const browser = await launchBrowser();
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-kills-'));
  try {
    const call = await RecordedCall.open(browser, stack.url);
    const { id } = await api.start(call.room);
    const kills: Kill[] = [];
    for (const victim of victims) {
      await sleep(seconds * 1000);
      kills.push({ victim, at: Date.now() });
      await killAndStart(victim, stack, recorder);
    }
    await sleep(seconds * 1000);
    const { stoppedAt = 0 } = await api.stop(call.room);
    const stopped = performance.now();
    const truth = await call.leave();
    const { files, gaps } = await api.finished(id, FINISH_MS);
    const figures: KillFigures = {
      costs: [],
      unexplained: [],
      unstated: [],
      finishedMs: performance.now() - stopped,
    };
    for (const details of files) {
      const file = path.join(folder, `${details.participantName}.${details.container}`);
      await api.download(details, file);
      const { what, lost, holes, beeps, doubled, unread, complaints } = await reportOn(
        file,
        details,
        truth(details.participantName ?? '', 'camera', stoppedAt),
      );
      for (const { victim, at } of kills) {
        const { from = at, to = at } = [...holes, ...lost].find((one) => isOf(one, at)) ?? {};
        figures.costs.push({ victim, file: what, lostBefore: at - from, away: to - at });
      }
      const others = lost.filter((span) => !span.settling && !kills.some(({ at }) => isOf(span, at)));
      for (const { frames, from } of others)
        figures.unexplained.push(`${what}: ${frames} frames ${since(kills, from)}`);
      const stated = gaps.filter(
        ({ participantId = details.participantId }) => participantId === details.participantId,
      );
      const silent = beeps.missingAt.map((at) => ({ from: at - BEEP_MS, to: at + BEEP_MS }));
      const missing = { picture: [...holes, ...lost], sound: silent };
      for (const [kind, spans] of Object.entries(missing)) {
        const unstated = unstatedOf(union(spans), stated);
        figures.unstated.push(
          ...unstated.map(
            ({ from, to }) => `${what}: no ${kind} for ${inSeconds(to - from)} s ${since(kills, from)}`,
          ),
        );
      }
      if (doubled > 0) figures.unexplained.push(`${what}: ${doubled} frames come again`);
      if (unread > 0) figures.unexplained.push(`${what}: ${unread} frames cannot be read`);
      figures.unexplained.push(...complaints.map((complaint) => `${what}: ${complaint}`));
    }
    if (files.length !== 2) figures.unexplained.push(`there are ${files.length} files of two participants`);
    return figures;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function killAndStart(victim: Victim, stack: Stack, recorder: StackRecorder): Promise<void> {
  switch (victim) {
    case 'Worker':
      await stack.killEdge();
      await sleep(RESTART_MS);
      return stack.startEdge();
    case 'node':
      await stack.endNode('SIGKILL');
      await sleep(RESTART_MS);
      return stack.startNode();
    case 'recorder':
      await recorder.kill();
      await sleep(RESTART_MS);
      return recorder.restart();
    default:
      return victim satisfies never;
  }
}

/** Losses that a kill explains go over it, or begin right after, when what dies is noticed by others. */
function isOf({ from, to }: TimeSpan, at: number): boolean {
  return from < at + 2_000 && to > at;
}

function since(kills: readonly Kill[], from: number): string {
  const last = kills.findLast(({ at }) => at < from);
  return last === undefined
    ? 'before any kill'
    : `${inSeconds(from - last.at)} s after the kill of the ${last.victim}`;
}

/** What does not hold. */
export function killShortfalls({ costs, unexplained, unstated }: KillFigures): string[] {
  return [
    ...costs.flatMap(({ victim, file, lostBefore, away }) => [
      ...(lostBefore <= MOST_LOST_MS
        ? []
        : [`${file}: the kill of the ${victim} lost ${inSeconds(lostBefore)} s`]),
      ...(away <= MOST_AWAY_MS
        ? []
        : [`${file}: went on ${inSeconds(away)} s after the kill of the ${victim}`]),
    ]),
    ...unexplained,
    ...unstated.map((loss) => `not stated as a gap: ${loss}`),
  ];
}

/** The figures as a table. */
export function describeKills({ costs, finishedMs }: KillFigures): string {
  const rows = costs.map(({ victim, file, lostBefore, away }) => [
    `${victim}: ${file}`,
    inSeconds(lostBefore),
    inSeconds(away),
  ]);
  return [
    table([['killed, s', 'lost of before', 'goes on after'], ...rows]),
    `finished by itself in ${inSeconds(finishedMs)} s`,
  ].join('\n');
}

if (import.meta.main) {
  await showProof({}, async (stack) => {
    const recorder = await StackRecorder.start(stack);
    try {
      const figures = await proveKills(stack, recorder, { seconds: numberSetting('SECONDS', 25) });
      console.log(describeKills(figures));
      const wrong = killShortfalls(figures);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    } finally {
      await recorder.stop();
    }
    return 'no more than the open segment is lost, and it is said where';
  });
}
