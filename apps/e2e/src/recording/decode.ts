import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BITS, readClock } from '@parley/client/connection-test/picture-clock';

/** A frame of a file. */
export interface DecodedFrame {
  /** In the file, ms. */
  at: number;
  width: number;
  height: number;
  /** When it was drawn, ms since the epoch; absent where its time cannot be read. */
  drawn?: number;
}

/** What a file plays as. */
export interface DecodedFile {
  frames: DecodedFrame[];
  /** When sounds begin after a silence, ms in the file. */
  onsets: number[];
  /** Where sound begins and ends, ms in the file; absent without sound. */
  sound?: { from: number; to: number };
  /** Milliseconds of no samples between the two. */
  soundMissing: number;
  /** What the container says, ms; 0 where it says nothing. */
  durationMs: number;
  /** What the decoders complained of. */
  complaints: string[];
}

export interface DecodeOptions {
  /** When time 0 of the file was, ms since the epoch. Times that are shown begin anew every 65 s. */
  from: number;
}

/** Every block of the clock is so many pixels wide and high. */
const BLOCK = 4;
const SMALL = { width: BITS * BLOCK, height: (BITS * BLOCK * 9) / 16 } as const;
const FRAME_BYTES = SMALL.width * SMALL.height;
const SAMPLE_RATE = 48_000;
/** How far what is read may lie in the future of what is expected, ms: readClock() looks back, less than 32 s. */
const LATEST_MS = 15_000;

/** Decodes a file with ffmpeg, from beginning to end, at the times that its container gives. @throws {Error} when ffmpeg cannot */
export async function decode(file: string, { from }: DecodeOptions): Promise<DecodedFile> {
  const { hasVideo, hasAudio, durationMs } = await probe(file);
  const { video, audio, pictures, blocks, complaints } = await run([
    ...['-i', file],
    ...(hasVideo ? PICTURES : []),
    ...(hasAudio ? ['-map', '0:a:0', '-af', 'aformat=sample_fmts=flt:channel_layouts=mono,ashowinfo'] : []),
    ...(hasAudio ? ['-ar', String(SAMPLE_RATE), '-f', 'f32le', 'pipe:3'] : []),
  ]);
  return { frames: readFrames(video, pictures, from), ...heard(audio, blocks), durationMs, complaints };
}

/** What a player shows that goes to a time of a file, ms in the file. @throws {Error} when there is nothing to show */
export async function frameAt(file: string, at: number, { from }: DecodeOptions): Promise<DecodedFrame> {
  const seek = ['-ss', String(at / 1000), '-i', file, '-frames:v', '1'];
  const { video, pictures } = await run([...seek, ...PICTURES]);
  const [frame] = readFrames(video, pictures, from);
  if (frame === undefined) throw new Error(`${file} shows nothing at ${(at / 1000).toFixed(1)} s`);
  return frame;
}

/** The first video, small and grey, as it is timed. */
const PICTURES = [
  ...['-map', '0:v:0', '-vf', `showinfo=checksum=0,scale=${SMALL.width}:${SMALL.height}:flags=area`],
  ...['-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
];

type Picture = Pick<DecodedFrame, 'at' | 'width' | 'height'>;

/** Some samples that are one after the other. */
interface Block {
  /** In the file, ms. */
  at: number;
  samples: number;
}

/** Pictures come on one pipe, samples on another, and the times of both among what it says. */
async function run(args: readonly string[]) {
  const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-nostats', '-copyts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, out, said, sound] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const ended = once(child, 'close');
  const pictures: Picture[] = [];
  const blocks: Block[] = [];
  const complaints: string[] = [];
  createInterface({ input: said }).on('line', (line) => {
    const shown = /showinfo.* pts_time:(-?[\d.]+)/.exec(line);
    if (shown === null) {
      if (/error|corrupt|invalid/i.test(line)) complaints.push(line);
      return;
    }
    const at = Number(shown[1]) * 1000;
    const samples = / nb_samples:(\d+)/.exec(line);
    const [, width, height] = / s:(\d+)x(\d+)/.exec(line) ?? [];
    if (samples !== null) blocks.push({ at, samples: Number(samples[1]) });
    else pictures.push({ at, width: Number(width), height: Number(height) });
  });
  const [video, audio] = await Promise.all([buffer(out), buffer(sound)]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${complaints.slice(0, 5).join('\n')}`);
  return { video, audio, pictures, blocks, complaints };
}

function readFrames(video: Buffer, pictures: readonly Picture[], from: number): DecodedFrame[] {
  return pictures.slice(0, video.length / FRAME_BYTES).map((picture, index) => {
    const pixels = video.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES);
    const drawn = readDrawn(pixels, from + picture.at);
    return { ...picture, ...(drawn !== undefined && { drawn }) };
  });
}

function readDrawn(picture: Uint8Array, at: number): number | undefined {
  const row = (y: number) =>
    Array.from({ length: BITS }, (_, bit) => {
      const x = y * SMALL.width + bit * BLOCK;
      return ((picture[x + 1] ?? 0) + (picture[x + 2] ?? 0)) / 2;
    });
  const latest = Math.floor(at + LATEST_MS);
  const age = readClock(row(BLOCK / 2), row(BLOCK + BLOCK / 2), latest);
  return age === undefined ? undefined : latest - age;
}

/** Loudest sample of a silence. */
const SILENCE = 0.02;
/** Without it a sound goes on, ms. */
const LEAST_SILENCE_MS = 200;

function heard(
  audio: Buffer,
  blocks: readonly Block[],
): Pick<DecodedFile, 'onsets' | 'sound' | 'soundMissing'> {
  const onsets: number[] = [];
  let offset = 0;
  let loudAt = Number.NEGATIVE_INFINITY;
  let soundMissing = 0;
  let end: number | undefined;
  for (const { at, samples } of blocks) {
    if (end !== undefined) soundMissing += Math.max(0, at - end);
    end = at + (samples / SAMPLE_RATE) * 1000;
    for (let index = 0; index < samples && offset + 4 <= audio.length; index++, offset += 4) {
      const time = at + (index / SAMPLE_RATE) * 1000;
      if (Math.abs(audio.readFloatLE(offset)) < SILENCE) continue;
      if (time - loudAt > LEAST_SILENCE_MS) onsets.push(time);
      loudAt = time;
    }
  }
  const [first] = blocks;
  return {
    onsets,
    soundMissing,
    ...(first !== undefined && end !== undefined && { sound: { from: first.at, to: end } }),
  };
}

async function probe(file: string): Promise<{ hasVideo: boolean; hasAudio: boolean; durationMs: number }> {
  const child = spawn(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'stream=codec_type:format=duration', '-of', 'json', file],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = once(child, 'close');
  const [told, wrong] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  if ((await ended)[0] !== 0) throw new Error(`ffprobe cannot read ${file}: ${wrong.toString().trim()}`);
  const { streams = [], format = {} } = JSON.parse(told.toString()) as {
    streams?: { codec_type: string }[];
    format?: { duration?: string };
  };
  return {
    hasVideo: streams.some(({ codec_type }) => codec_type === 'video'),
    hasAudio: streams.some(({ codec_type }) => codec_type === 'audio'),
    durationMs: Number(format.duration ?? 0) * 1000,
  };
}
