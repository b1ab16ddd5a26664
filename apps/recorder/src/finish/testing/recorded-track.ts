import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Source } from '@parley/protocol/grants';
import type { Piece, PlannedTrack } from '@parley/protocol/recording/recorder-api';
import type { MediaKind } from '@parley/protocol/track';
import { type PictureCodec, writeMediaFile } from '../media-file.ts';
import type { Sample } from '../sample.ts';
import { readFrames } from '../segment-reader.ts';
import { CLOCK_RATES } from '../takes.ts';

const run = promisify(execFile);

/** Pictures in a second of test tracks. */
export const FPS = 30;

/** Width of a bit of the time code, pixels. */
export const BIT = 16;

const ENCODERS: Record<PictureCodec, string[]> = {
  vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16', '-b:v', '400k'],
  vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k'],
  av1: ['-c:v', 'libsvtav1', '-preset', '12'],
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-pix_fmt', 'yuv420p'],
};

export interface RecordedTrackOptions {
  /** The recording's folder. */
  folder: string;
  participantId?: string;
  trackId: string;
  source: Source;
  codec: PictureCodec | 'opus';
  /** When it begins, milliseconds since the epoch. */
  at: number;
  seconds: number;
  /** Number of the first picture, which is its time code. */
  first?: number;
  /** Seconds of a segment, at least: cut at the next key frame. */
  cut?: number;
  width?: number;
  height?: number;
  epoch?: number;
  /** Of its pictures, Cb and Cr. */
  tint?: [number, number];
  /** Of its beeps, 0–1. */
  loudness?: number;
  /** How fast its clock runs: 1.001 is a thousandth too fast. */
  drift?: number;
}

/**
 * A track as a recorder leaves it: pictures that show their number in binary and turn white below once a second, or a beep
 * of 100 ms once a second, in segments.
 */
export async function recordTrack(options: RecordedTrackOptions): Promise<PlannedTrack> {
  const { trackId, codec, participantId = 'p1', source } = options;
  const kind = codec === 'opus' ? 'audio' : 'video';
  const samples = await encoded(options);
  const offset = samples[0]?.at ?? 0;
  const pieces: Piece[] = [];
  for (const group of groups(samples, options.cut ?? 10)) {
    pieces.push(await writeSegment(options, pieces.length, group, offset, samples));
  }
  return { trackId, participantId, kind, source, mimeType: `${kind}/${codec}`, pieces };
}

/** By what ffmpeg is told: encoding takes longer than most tests do with what they get. */
const encodings = new Map<string, Promise<Sample[]>>();

function encoded(options: RecordedTrackOptions): Promise<Sample[]> {
  const { codec, seconds } = options;
  const args = ['-f', 'lavfi', '-i', picture(options), '-t', `${seconds}`, ...encoding(codec)];
  const key = args.join(' ');
  const samples = encodings.get(key) ?? encode(args, codec === 'opus' ? 'audio' : 'video');
  encodings.set(key, samples);
  return samples;
}

async function encode(args: string[], kind: MediaKind): Promise<Sample[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-source-'));
  try {
    const whole = path.join(folder, 'source.mkv');
    await run('ffmpeg', ['-v', 'error', ...args, whole]);
    const samples: Sample[] = [];
    for await (const sample of readFrames(whole, kind)) samples.push(sample);
    return samples;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeSegment(
  options: RecordedTrackOptions,
  index: number,
  group: Sample[],
  offset: number,
  all: Sample[],
): Promise<Piece> {
  const { folder, trackId, codec, epoch = 1, drift = 1, width = 160, height = 96 } = options;
  const clock = CLOCK_RATES[codec === 'opus' ? 'audio' : 'video'];
  const file = `${epoch}/${trackId}/${String(index).padStart(6, '0')}.${codec === 'h264' ? 'mkv' : 'webm'}`;
  const local = path.join(folder, file);
  const frames = (async function* () {
    yield* group;
  })();
  await writeMediaFile(
    local,
    codec === 'h264' ? 'mkv' : 'webm',
    codec === 'opus' ? { audio: frames } : { video: { codec, width, height, frames } },
  );
  const bytes = await readFile(local);
  const from = (group[0]?.at ?? 0) - offset;
  const last = group.at(-1);
  const next = last && all[all.indexOf(last) + 1];
  const to = (next?.at ?? (last ? last.at + last.ms : 0)) - offset;
  return {
    segment: {
      ...{ trackId, epoch, index, file, frames: group.length, keyFrame: group[0]?.key ?? false, lost: 0 },
      rtpFrom: Math.round((from * clock) / 1000),
      rtpTo: Math.round((to * clock) / 1000),
      ...(codec === 'opus' ? {} : { width, height }),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    at: options.at + from / drift,
    rate: clock * drift,
  };
}

function* groups(samples: Sample[], cut: number): Generator<Sample[]> {
  let group: Sample[] = [];
  for (const sample of samples) {
    const first = group[0];
    if (first && sample.key && sample.at - first.at >= cut * 1000 - 1) {
      yield group;
      group = [];
    }
    group.push(sample);
  }
  if (group.length > 0) yield group;
}

function picture({
  codec,
  width = 160,
  height = 96,
  first = 0,
  tint = [128, 128],
  loudness = 0.5,
}: RecordedTrackOptions): string {
  if (codec === 'opus') return `aevalsrc='if(lt(mod(t,1),0.1),${loudness}*sin(2*PI*1000*t),0)':s=48000`;
  const number = `(N+${first})`;
  const bits = `if(mod(floor(${number}/pow(2,floor(X/${(BIT * width) / 160}))),2),235,16)`;
  const flash = `if(lt(mod(${number},${FPS}),3),235,16)`;
  return `color=black:s=${width}x${height}:r=${FPS},format=yuv420p,geq=lum='if(lt(Y,${height}/2),${bits},${flash})':cb=${tint[0]}:cr=${tint[1]}`;
}

function encoding(codec: PictureCodec | 'opus'): string[] {
  if (codec === 'opus') return ['-c:a', 'libopus', '-b:a', '32k', '-application', 'audio'];
  // Threads wait for each other longer than such small pictures take.
  return [...ENCODERS[codec], '-g', `${FPS}`, '-keyint_min', `${FPS}`, '-threads', '1'];
}
