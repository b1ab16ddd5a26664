import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ManifestPart, Segment } from '@parley/protocol/recording/manifest';
import {
  claimPath,
  progressPath,
  type RecordingFile,
  reportPath,
} from '@parley/protocol/recording/recorder-api';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { RecordingOpening } from '@parley/recording/facts';
import type { Job } from '@parley/recording/job';
import { nextStep } from '@parley/recording/wake';
import { expect } from 'vitest';
import { RecordingObject } from '../recordings/recording-object.ts';
import { call } from './api.ts';
import type { TestRecorder } from './test-recorder.ts';

/** What a finisher of tests makes. */
export const MEDIA = new TextEncoder().encode('0123456789 what was seen and heard');

/** Has a room say that it records. */
export async function open(recordingId: string, of: Partial<RecordingOpening> = {}): Promise<void> {
  const opening = { recordingId, roomId: 'standup', region: 'default', options: RecordingOptions.parse({}) };
  await RecordingObject.of(env, recordingId).opened({ ...opening, startedAt: Date.now(), ...of });
}

/** A track of ten seconds and who has it. */
export function part(epoch: number, of: Partial<ManifestPart> = {}): ManifestPart {
  const at = Date.now();
  return {
    epoch,
    participants: [{ participantId: 'p-1', name: 'Ann', identity: 'ann', from: at }],
    tracks: [
      {
        trackId: 't-1',
        epoch,
        participantId: 'p-1',
        kind: 'video',
        source: 'camera',
        mimeType: 'video/VP8',
        clock: { rtp: 0, at, rate: 90_000 },
      },
    ],
    segments: [segment(epoch, 0)],
    gaps: [],
    ...of,
  };
}

export function segment(epoch: number, index: number): Segment {
  return {
    trackId: 't-1',
    epoch,
    index,
    file: `${epoch}/t-1/${String(index).padStart(6, '0')}.webm`,
    rtpFrom: index * 900_000,
    rtpTo: (index + 1) * 900_000,
    frames: 300,
    keyFrame: true,
    lost: 0,
    bytes: 1000,
    sha256: 'a'.repeat(64),
  };
}

export async function finishedFile(bytes = MEDIA): Promise<RecordingFile> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return {
    file: 'files/participant-p1.webm',
    kind: 'participant',
    participantId: 'p-1',
    container: 'webm',
    mimeType: 'video/webm; codecs="vp8, opus"',
    from: 0,
    durationMs: 10_000,
    width: 640,
    height: 360,
    bytes: bytes.length,
    sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/** Posts to the edge as a recorder does. */
export class TestReporter {
  readonly #recordingId: string;
  readonly #headers: Record<string, string>;

  constructor(recordingId: string, { token }: Pick<TestRecorder, 'token'>) {
    this.#recordingId = recordingId;
    this.#headers = { Authorization: `Bearer ${token}` };
  }

  report(of: ManifestPart, complete = false) {
    return call('POST', reportPath(this.#recordingId), { part: of, complete }, this.#headers);
  }

  claim(attempt: number) {
    return call('POST', claimPath(this.#recordingId), { attempt }, this.#headers);
  }

  progress(attempt: number, done: number, outcome?: object) {
    const body = { attempt, done, ...(outcome !== undefined && { outcome }) };
    return call('POST', progressPath(this.#recordingId), body, this.#headers);
  }
}

/** Does something in a recording's storage. */
export function inside<T>(
  recordingId: string,
  what: (storage: DurableObjectStorage) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(RecordingObject.of(env, recordingId), (_, ctx) => what(ctx.storage));
}

/** Lets time pass for a recording, as far as its rules know, and rings its alarm. */
export async function later(recordingId: string, milliseconds: number): Promise<void> {
  // What is being done would be stored over it.
  await expect.poll(() => inside(recordingId, ({ kv }) => isBusy(kv))).toBe(false);
  await inside(recordingId, ({ kv }) => kv.put('job', aged(kv.get<Job>('job'), milliseconds)));
  await evictDurableObject(RecordingObject.of(env, recordingId));
  await runDurableObjectAlarm(RecordingObject.of(env, recordingId));
}

function isBusy(kv: SyncKvStorage): boolean {
  const job = kv.get<Job>('job');
  if (job === undefined) throw new Error('there is no such recording');
  return (nextStep(job)?.at ?? Number.POSITIVE_INFINITY) <= Date.now();
}

/** Any value with every time in it so much earlier. */
function aged(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value > 1e12 ? value - by : value;
  if (Array.isArray(value)) return value.map((one) => aged(one, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, aged(one, by)]));
}
