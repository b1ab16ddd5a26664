/**
 * `pnpm prove:recording`: that a recording is what was sent. Two Chromiums publish, in layers, pictures that show when they were drawn
 * by one clock and beeps that begin with its seconds. While they are recorded the larger layer of one goes and comes back, its microphone is
 * muted, the other's camera is off for a while, and it shares a screen. The finished files are fetched, decoded and held against what the
 * encoders gave: every picture, every beep, how far sound and picture are apart, how far both participants' files are, where they end,
 * and what is shown after seeking, in ffmpeg and in Chromium.
 *
 * `SECONDS` (30) that are recorded.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RecordingFileDetails } from '@parley/protocol/rest';
import { launchBrowser } from '../launch-browser.ts';
import { type FileReport, reportOn } from '../recording/file-report.ts';
import { RecordedCall } from '../recording/recorded-call.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import { seekInBrowser } from '../recording/seek-in-browser.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import type { Stack } from '../stack.ts';
import { table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

/** The most that is good, ms. */
export const AIMS = { duration: 100, skewP95: 40, alignment: 80, seek: 100 } as const;
/** Until files are made of what was recorded, ms. */
const FINISH_MS = 60_000;

/** What was shown. */
export interface RecordingFigures {
  files: FileReport[];
  /** How far the two participants' files are apart when aligned by what the list says, ms. */
  misalignment: number;
  /** How far off Chromium shows what it is sought to, ms, at most. */
  browserSeekError: number;
  /** From the stop until all files are there, ms. */
  finishedMs: number;
}

/** Records a call of two. @throws {Error} when it cannot be recorded, finished or read; figures may miss the aims */
export async function proveRecording(
  stack: Stack,
  { seconds }: { seconds: number },
): Promise<RecordingFigures> {
  const api = new RecordingApi(stack.url);
  const browser = await launchBrowser();
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-recording-'));
  try {
    const call = await RecordedCall.open(browser, stack.url);
    const { id } = await api.start(call.room);
    await call.act(seconds);
    const { stoppedAt = 0 } = await api.stop(call.room);
    const stopped = performance.now();
    const truth = await call.leave();
    const { files } = await api.finished(id, FINISH_MS);
    const finishedMs = performance.now() - stopped;
    let browserSeekError = 0;
    const look = async (details: RecordingFileDetails, index: number) => {
      const file = path.join(folder, `${index}.${details.container}`);
      await api.download(details, file);
      const source = details.kind === 'screen' ? 'screen' : 'camera';
      const report = await reportOn(file, details, truth(details.participantName ?? '', source, stoppedAt));
      if (source === 'screen') return report;
      for (const { at, drawn } of await seekInBrowser(browser, stack.url, details.url, details.from)) {
        browserSeekError = Math.max(browserSeekError, report.displacement(at, drawn));
      }
      return report;
    };
    const reports = await Promise.all(files.map(look));
    const late = reports.filter(({ kind }) => kind === 'participant').map(({ lateness }) => lateness.median);
    return {
      files: reports,
      misalignment: Math.abs((late[0] ?? Number.NaN) - (late[1] ?? Number.NaN)),
      browserSeekError,
      finishedMs,
    };
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Frames that were sent and are not there; `settling` tells of those right after a picture begins, see figures.ts. */
export function missingOf({ lost }: Pick<FileReport, 'lost'>, settling = false): number {
  return lost.filter((span) => span.settling === settling).reduce((sum, { frames }) => sum + frames, 0);
}

/** What misses the aims. */
export function shortfalls({ files, misalignment, browserSeekError }: RecordingFigures): string[] {
  const wrong = (what: string, is: number, most: number) =>
    is <= most ? [] : [`${what}: ${is.toFixed(0)}, not at most ${most}`];
  const kinds = files.map(({ what }) => what).sort();
  const expected = ['Ann participant', 'Bob participant', 'Bob screen'];
  return [
    ...(kinds.join() === expected.join() ? [] : [`the files are ${kinds.join(', ') || 'none'}`]),
    ...files.flatMap((file) => [
      ...wrong(`${file.what}: frames missing`, missingOf(file), 0),
      ...wrong(`${file.what}: frames that come again`, file.doubled, 0),
      ...wrong(`${file.what}: frames that cannot be read`, file.unread, 0),
      ...wrong(`${file.what}: complaints of decoders`, file.complaints.length, 0),
      ...wrong(`${file.what}: beeps missing`, file.beeps.missing, 0),
      ...wrong(`${file.what}: its end, ms off`, Math.abs(file.endError), AIMS.duration),
      ...wrong(`${file.what}: its duration, ms off`, file.durationError, AIMS.duration),
      ...wrong(`${file.what}: after seeking, ms off`, file.seekError, AIMS.seek),
      ...(file.beeps.expected === 0
        ? []
        : wrong(`${file.what}: sound, p95 ms`, file.sound.p95, AIMS.skewP95)),
    ]),
    ...wrong('the two apart, ms', misalignment, AIMS.alignment),
    ...wrong('Chromium after seeking, ms off', browserSeekError, AIMS.seek),
  ];
}

/** The figures as a table. */
export function describeRecording({
  files,
  misalignment,
  browserSeekError,
  finishedMs,
}: RecordingFigures): string {
  const ms = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(0));
  const head = [
    '',
    'frames',
    'missing + settling',
    'widths',
    'beeps missing',
    'sound p50 / p95 / max',
    'end',
    'duration',
    'seek',
  ];
  const rows = files.map(
    ({ what, frames, lost, widths, beeps, sound, endError, durationError, seekError }) => [
      what,
      String(frames),
      `${missingOf({ lost })} + ${missingOf({ lost }, true)}`,
      widths.join(' '),
      `${beeps.missing} of ${beeps.expected}`,
      [sound.p50, sound.p95, sound.max].map(ms).join(' / '),
      ...[endError, durationError, seekError].map(ms),
    ],
  );
  return [
    table([head, ...rows]),
    `ms; the two are ${ms(misalignment)} apart; Chromium after seeking ${ms(browserSeekError)} off; finished in ${ms(finishedMs)}`,
  ].join('\n');
}

if (import.meta.main) {
  await showProof({}, async (stack) => {
    const recorder = await StackRecorder.start(stack);
    try {
      const figures = await proveRecording(stack, { seconds: numberSetting('SECONDS', 30) });
      console.log(describeRecording(figures));
      const missed = shortfalls(figures);
      if (missed.length > 0) throw new Error(missed.join('\n'));
    } finally {
      await recorder.stop();
    }
    return 'the recording is what was sent';
  });
}
