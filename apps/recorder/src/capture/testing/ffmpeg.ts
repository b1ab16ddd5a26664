import { spawn } from 'node:child_process';

/** Runs a program of ffmpeg's; rejects with what it printed when it fails. @returns standard output. */
export function ffmpeg(
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.join(' ')}\n${errors}`));
    });
  });
}

/** Codecs as ffmpeg encodes them in real time: a picture of which each frame differs, a tone. */
const ENCODERS = {
  'video/VP8': ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k'],
  'video/VP9': [
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-b:v',
    '300k',
    '-strict',
    '-2',
  ],
  'video/H264': [
    '-c:v',
    'libx264',
    '-profile:v',
    'baseline',
    '-tune',
    'zerolatency',
    '-preset',
    'ultrafast',
    '-b:v',
    '300k',
  ],
  'audio/opus': ['-c:a', 'libopus', '-ac', '2', '-b:a', '48k'],
} as const;
/** Those that ffmpeg 5 has in RTP too. */
export type FfmpegCodec = keyof typeof ENCODERS;
/** All that are recorded. */
export type TestCodec = FfmpegCodec | 'video/AV1';
export const TEST_CODECS: readonly TestCodec[] = [...(Object.keys(ENCODERS) as FfmpegCodec[]), 'video/AV1'];

export const FRAME_RATE = 20;

/** Where and what ffmpeg sends. */
export interface Sending {
  readonly seconds: number;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly port: number;
  readonly rtcpPort: number;
  /** `320x180` */
  readonly size?: string;
}

/** Sends RTP as fast as it is played, a key frame each two seconds. */
export function sendRtp(codec: FfmpegCodec, sending: Sending): Promise<string> {
  const { seconds, ssrc, payloadType, port, rtcpPort, size = '320x180' } = sending;
  const input = codec.startsWith('audio')
    ? ['sine=frequency=440:sample_rate=48000']
    : [`testsrc=size=${size}:rate=${FRAME_RATE}`, '-pix_fmt', 'yuv420p', '-g', String(2 * FRAME_RATE)];
  return ffmpeg('ffmpeg', [
    ...['-nostdin', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', ...input, '-t', String(seconds)],
    ...ENCODERS[codec],
    ...['-f', 'rtp', '-ssrc', String(ssrc), '-payload_type', String(payloadType)],
    `rtp://127.0.0.1:${port}?rtcpport=${rtcpPort}&pkt_size=1200`,
  ]);
}

/** What a decoder makes of a file. Rejects when it complains. */
export async function decode(
  file: string,
): Promise<{ codec: string; frames: number; seconds: number; width: number }> {
  await ffmpeg('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
  const json = await ffmpeg('ffprobe', [
    ...[
      '-v',
      'error',
      '-count_frames',
      '-show_streams',
      '-show_entries',
      'packet=pts_time',
      '-of',
      'json',
      file,
    ],
  ]);
  const { streams, packets } = JSON.parse(json) as {
    streams: [{ codec_name: string; nb_read_frames: string; width?: number }];
    packets: { pts_time: string }[];
  };
  const [{ codec_name, nb_read_frames, width }] = streams;
  const last = Number(packets.at(-1)?.pts_time ?? 0);
  return { codec: codec_name, frames: Number(nb_read_frames), seconds: last, width: width ?? 0 };
}
