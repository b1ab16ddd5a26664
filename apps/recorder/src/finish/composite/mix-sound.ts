import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import { runFfmpeg } from '../ffmpeg.ts';
import type { KeptWork } from '../kept-work.ts';

/** Somebody's finished file, as a source of sound. */
export interface SoundSource {
  /** In the folder of unfinished work. */
  local: string;
  /** When it begins and ends, milliseconds since the epoch. */
  from: number;
  to: number;
}

export interface Mixing {
  sources: SoundSource[];
  /** Of the composite, milliseconds since the epoch. */
  span: TimeSpan;
  /** bit/s. */
  bitrate: number;
  work: KeptWork;
  /** Hears how much is mixed, 0–1. */
  reached: (done: number) => void;
  signal: AbortSignal;
}

/** How much is mixed at once, milliseconds: what an attempt that dies may lose. */
const PART_MS = 300_000;

const RATE = 48_000;

/** Mixes the sound of a room; its times begin with the span. Returns the file. */
export async function mixSound(mixing: Mixing): Promise<string> {
  const { span, sources, bitrate, work, signal } = mixing;
  const { file } = await work.once('sound', [sources, span, bitrate], async (target) => {
    const parts: string[] = [];
    for (let from = span.from; from < span.to; from += PART_MS) {
      const to = Math.min(span.to, from + PART_MS);
      parts.push(path.basename(await mixPart({ from, to }, mixing)));
      mixing.reached((0.7 * (to - span.from)) / (span.to - span.from));
    }
    const list = 'sound-parts.txt';
    await writeFile(path.join(work.folder, list), parts.map((part) => `file ${part}\n`).join(''));
    const opus = ['-c:a', 'libopus', '-b:a', `${bitrate}`, '-application', 'audio'];
    await runFfmpeg({
      folder: work.folder,
      args: ['-f', 'concat', '-i', list, ...opus, '-f', 'matroska', '-y', path.basename(target)],
      signal,
      reached: (ms) => mixing.reached(0.7 + (0.3 * ms) / (span.to - span.from)),
    });
    return null;
  });
  return file;
}

async function mixPart(part: TimeSpan, { sources, work, signal }: Mixing): Promise<string> {
  const heard = sources.filter(({ from, to }) => from < part.to && to > part.from);
  const { file } = await work.once('sound-part', [heard, part], async (target) => {
    await runFfmpeg({ folder: work.folder, args: mixArgs(part, heard, path.basename(target)), signal });
    return null;
  });
  return file;
}

/** How ffmpeg mixes what is heard in a stretch to exactly its length. */
export function mixArgs(part: TimeSpan, heard: SoundSource[], target: string): string[] {
  const seconds = (part.to - part.from) / 1000;
  const samples = Math.round(seconds * RATE);
  const inputs = heard.flatMap(({ local, from }) => {
    const seek = Math.max(0, (part.from - from) / 1000).toFixed(3);
    return ['-threads', '1', '-ss', seek, '-t', seconds.toFixed(3), '-i', path.basename(local)];
  });
  const chains = heard.map(({ from }, index) => {
    const later = Math.max(0, Math.round(from - part.from));
    return `[${index}:a]aresample=${RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,adelay=${later}:all=1[a${index}]`;
  });
  const all = heard.map((_, index) => `[a${index}]`).join('');
  const mixed =
    heard.length === 0
      ? `anullsrc=r=${RATE}:cl=stereo`
      : `${all}amix=inputs=${heard.length}:normalize=0:dropout_transition=0,alimiter=limit=0.95:level=0,apad`;
  const graph = [...chains, `${mixed},atrim=end_sample=${samples}[out]`].join(';');
  return [...inputs, '-filter_complex', graph, '-map', '[out]', '-c:a', 'flac', '-f', 'flac', '-y', target];
}
