/**
 * `pnpm prove:recording-s3`: that nothing of a recording is lost or doubled while its bucket fails. Two probes (see recording.ts) are recorded,
 * and a relay before the S3 server refuses connections, makes them slow, breaks uploads in the middle, and has the server be gone, the last
 * beyond the end of the recording. Then each segment of the manifest is in the bucket, as it was written, and nothing that is in neither list; the
 * finished files have every frame. On wrangler's local R2, and on a Ceph RADOS Gateway (Debian's packages radosgw, ceph-mon and ceph-osd).
 *
 * - `SECONDS` (20) that each fault lasts, but
 * - `GONE_SECONDS` (600) that the server is gone
 * - `SERVERS` (r2,radosgw)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@parley/bots/inbox';
import { FinishPlan, RecordingFile } from '@parley/protocol/recording/recorder-api';
import type { RecordingFileDetails } from '@parley/protocol/rest';
import { z } from 'zod';
import { launchBrowser } from '../launch-browser.ts';
import { type FileReport, reportOn } from '../recording/file-report.ts';
import { RecordedCall } from '../recording/recorded-call.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import type { Bucket } from '../recording/s3/bucket.ts';
import type { S3Fault } from '../recording/s3/fault-relay.ts';
import { S3_SERVERS, S3Stack } from '../recording/s3/s3-stack.ts';
import { seconds as inSeconds } from './format.ts';
import { missingOf } from './recording.ts';
import { numberSetting } from './show-proof.ts';

/** Until all is uploaded and finished once the server is back, ms: who could not upload for long waits up to half a minute. */
const FINISH_MS = 180_000;
/** A segment takes longer than the fault lasts, and yet some comes through. */
const SLOW_BYTES_A_SECOND = 20_000;
const CUT_AFTER_BYTES = 60_000;
/** More that are missing one after the other are a segment, not frames that a busy machine has lost before they were written. */
const MOST_FRAMES = 20;

/** What came through. */
export interface S3Figures {
  segments: number;
  bytes: number;
  /** In the finished files. */
  frames: number;
  /** Frames that did not reach the recorder: here and there one, and not what a segment has. */
  missing: number;
  /** Connections that the recorder opened to the server. */
  connections: number;
  /** From the server's return until all is finished, ms. */
  finishedMs: number;
  /** What does not hold. */
  wrong: string[];
}

export interface S3ProofOptions {
  /** Each fault but `gone`, s. */
  seconds: number;
  goneSeconds: number;
}

/** Records a call of two while the bucket's server fails. */
export async function proveS3(
  { stack, bucket, relay }: Pick<S3Stack, 'stack' | 'bucket' | 'relay'>,
  { seconds, goneSeconds }: S3ProofOptions,
): Promise<S3Figures> {
  const api = new RecordingApi(stack.url);
  const browser = await launchBrowser();
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-s3-'));
  try {
    const call = await RecordedCall.open(browser, stack.url);
    const { id } = await api.start(call.room);
    const faults: S3Fault[] = [
      { type: 'none' },
      { type: 'refuse' },
      { type: 'slow', bytesPerSecond: SLOW_BYTES_A_SECOND },
      { type: 'cut', afterBytes: CUT_AFTER_BYTES },
    ];
    for (const [index, fault] of faults.entries()) {
      relay.fault = fault;
      await sleep((seconds * 1000) / 2);
      // Who turns the camera off ends a segment, which is uploaded now.
      const [off, on] = index % 2 === 0 ? [call.ann, call.bob] : [call.bob, call.ann];
      await Promise.all([off.setCamera(false), on.setCamera(true)]);
      await sleep((seconds * 1000) / 2);
    }
    await Promise.all([call.ann.setCamera(true), call.bob.setCamera(true)]);
    relay.fault = { type: 'gone' };
    await sleep((goneSeconds * 1000) / 2);
    const { stoppedAt = 0 } = await api.stop(call.room);
    const truth = await call.leave();
    await sleep((goneSeconds * 1000) / 2);
    relay.fault = { type: 'none' };
    const back = performance.now();
    // What comes late has it finished again.
    let files: RecordingFileDetails[] = [];
    let compared = { segments: 0, bytes: 0, differences: [''] };
    const isWhole = async () => {
      ({ files } = await api.finished(id, FINISH_MS));
      compared = await compare(bucket, id);
      return compared.differences.length === 0;
    };
    await until(isWhole, 'the bucket is as its manifest says', {
      ms: FINISH_MS,
      state: () => compared.differences.join('\n'),
    });
    const finishedMs = performance.now() - back;
    let [frames, missing] = [0, 0];
    const wrong: string[] = files.length === 2 ? [] : [`there are ${files.length} files of two participants`];
    for (const details of files) {
      const file = path.join(folder, `${details.participantName}.${details.container}`);
      await api.download(details, file);
      const report = await reportOn(file, details, truth(details.participantName ?? '', 'camera', stoppedAt));
      frames += report.frames;
      missing += missingOf(report);
      wrong.push(...lossesOf(report));
    }
    const { segments, bytes } = compared;
    const { connections } = relay;
    return { segments, bytes, frames, missing, connections, finishedMs, wrong };
  } finally {
    relay.fault = { type: 'none' };
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function lossesOf({ what, lost, doubled, unread, beeps, complaints }: FileReport): string[] {
  const counts = {
    'spans missing': lost.filter(({ frames }) => frames > MOST_FRAMES).length,
    'frames doubled': doubled,
    'frames unreadable': unread,
    'beeps missing': beeps.missing,
  };
  return [
    ...Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${what}: ${count} ${name}`])),
    ...complaints.map((complaint) => `${what}: ${complaint}`),
  ];
}

const Manifest = FinishPlan.extend({ files: z.array(RecordingFile) });

/** The bucket against the manifest in it. */
async function compare(
  bucket: Bucket,
  id: string,
): Promise<{ segments: number; bytes: number; differences: string[] }> {
  const there = new Map(
    (await bucket.list(`${id}/`)).map(({ key, bytes }) => [key.slice(id.length + 1), bytes]),
  );
  const manifest = Manifest.parse(JSON.parse((await bucket.get(`${id}/manifest.json`)).toString()));
  const segments = manifest.tracks.flatMap(({ pieces }) => pieces.map(({ segment }) => segment));
  const differences: string[] = [];
  there.delete('manifest.json');
  for (const { file, bytes, sha256 } of [...segments, ...manifest.files]) {
    if (there.get(file) !== bytes)
      differences.push(`${file} has ${there.get(file) ?? 'no'} bytes in the bucket, not ${bytes}`);
    else if ((await bucket.sha256(`${id}/${file}`)) !== sha256)
      differences.push(`${file} is another in the bucket`);
    if (!there.delete(file)) differences.push(`${file} is not there, or twice in the manifest`);
  }
  differences.push(...[...there.keys()].map((file) => `${file} is in the bucket and in no list`));
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return { segments: segments.length, bytes, differences };
}

/** The figures in a line. */
export function describeS3(server: string, figures: S3Figures): string {
  const { segments, bytes, frames, missing, connections, finishedMs } = figures;
  const megabytes = (bytes / 1e6).toFixed(1);
  return `${server}: ${segments} segments of ${megabytes} MB over ${connections} connections; ${frames} frames, ${missing} never recorded; finished ${inSeconds(finishedMs)} s after it was back`;
}

if (import.meta.main) {
  const wanted = process.env['SERVERS']?.split(',') ?? [...S3_SERVERS];
  const names = S3_SERVERS.filter((name) => wanted.includes(name));
  let code = 0;
  for (const name of names) {
    const all = await S3Stack.start(name);
    try {
      const figures = await proveS3(all, {
        seconds: numberSetting('SECONDS', 20),
        goneSeconds: numberSetting('GONE_SECONDS', 600),
      });
      console.log(describeS3(name, figures));
      const wrong = [...figures.wrong, ...all.stack.troubles];
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      console.log(`shown on ${name}: nothing is lost, nothing is doubled`);
    } catch (error) {
      console.error(`not shown on ${name}: ${error instanceof Error ? error.message : error}`);
      code = 1;
    }
    await all.stop();
  }
  process.exit(code);
}
