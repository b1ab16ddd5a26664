import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BIT } from './recorded-track.ts';

const run = promisify(execFile);
/** Of small pictures threads cost more than they give. */
const QUIET = ['-v', 'error', '-threads', '1'];
const BIG = { maxBuffer: 1 << 30, encoding: 'buffer' as const };

/** Numbers that pictures of a size show. */
function readCode(picture: Buffer, width: number): number {
  let code = 0;
  for (let bit = 0; bit < Math.min(10, Math.floor(width / BIT)); bit++) {
    if ((picture[width * 8 + bit * BIT + BIT / 2] ?? 0) > 125) code += 2 ** bit;
  }
  return code;
}

/** A picture of a file: when, milliseconds from its beginning; the number that it shows; whether it flashes. */
export interface SeenPicture {
  ms: number;
  code: number;
  flash: boolean;
}

/** All pictures of a file of test tracks, decoded; `seek` leaves out those before that second. */
export async function seePictures(
  file: string,
  {
    width = 160,
    height = 96,
    seek,
    most,
  }: { width?: number; height?: number; seek?: number; most?: number } = {},
): Promise<SeenPicture[]> {
  const args = [...QUIET, ...(seek === undefined ? [] : ['-ss', `${seek}`, '-copyts']), '-i', file];
  const size = ['-vf', `scale=${width}:${height}:flags=neighbor`, '-fps_mode', 'passthrough'];
  const raw = ['-map', '0:v', ...size, ...(most ? ['-frames:v', `${most}`] : []), '-pix_fmt', 'gray'];
  const times = [...raw, '-f', 'framecrc', '-enc_time_base', '1:1000', 'pipe:2'];
  const { stdout, stderr } = await run(
    'ffmpeg',
    [...args, ...raw, '-f', 'rawvideo', 'pipe:1', ...times],
    BIG,
  );
  const ms = [...stderr.toString().matchAll(/^0, +-?\d+, +(-?\d+),/gm)].map(([, pts]) => Number(pts));
  return Array.from({ length: stdout.length / (width * height) }, (_, index) => {
    const picture = stdout.subarray(index * width * height, (index + 1) * width * height);
    const below = picture[width * Math.round(height * 0.75) + Math.round(width / 2)] ?? 0;
    return { ms: ms[index] ?? Number.NaN, code: readCode(picture, width), flash: below > 125 };
  });
}

/** When the beeps of a file of test tracks begin, milliseconds from its beginning, as who counts samples hears them. */
export async function hearBeeps(file: string): Promise<number[]> {
  const { stdout } = await run(
    'ffmpeg',
    [...QUIET, '-i', file, '-map', '0:a', '-ac', '1', '-ar', '8000', '-f', 's16le', '-'],
    BIG,
  );
  const first = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'a',
    '-show_entries',
    'stream=start_time',
    '-of',
    'csv=p=0',
    file,
  ]);
  const begin = Number(first.stdout) * 1000;
  const beeps: number[] = [];
  let quiet = Number.POSITIVE_INFINITY;
  for (let i = 0; i < stdout.length / 2; i++) {
    if (Math.abs(stdout.readInt16LE(i * 2)) < 3000) quiet++;
    else {
      if (quiet > 1000) beeps.push(begin + i / 8);
      quiet = 0;
    }
  }
  return beeps;
}

/** What ffprobe says of a file: its length in seconds and its codecs. */
export async function probe(file: string): Promise<{ seconds: number; codecs: string[]; format: string }> {
  const args = [
    '-v',
    'error',
    '-show_entries',
    'format=duration,format_name:stream=codec_name',
    '-of',
    'json',
    file,
  ];
  const { stdout } = await run('ffprobe', args);
  const said = JSON.parse(stdout) as {
    streams: { codec_name: string }[];
    format: { duration: string; format_name: string };
  };
  return {
    seconds: Number(said.format.duration),
    codecs: said.streams.map((stream) => stream.codec_name),
    format: said.format.format_name,
  };
}

/** Y, Cb and Cr of points in a file's pictures: of each picture, of each point. */
export async function seeTints(
  file: string,
  { width, height }: { width: number; height: number },
  points: { x: number; y: number }[],
): Promise<[number, number, number][][]> {
  const args = [...QUIET, '-i', file, '-map', '0:v', '-fps_mode', 'passthrough', '-pix_fmt', 'yuv444p'];
  const { stdout } = await run('ffmpeg', [...args, '-f', 'rawvideo', '-'], BIG);
  const plane = width * height;
  return Array.from({ length: stdout.length / plane / 3 }, (_, picture) =>
    points.map(({ x, y }): [number, number, number] => {
      const at = picture * plane * 3 + Math.floor(y) * width + Math.floor(x);
      return [stdout[at] ?? 0, stdout[at + plane] ?? 0, stdout[at + 2 * plane] ?? 0];
    }),
  );
}
