import { readdir } from 'node:fs/promises';
import { runFfmpeg } from './ffmpeg.ts';
import type { PictureCodec } from './media-file.ts';

/** What pictures are encoded to. */
export type EncodedCodec = Extract<PictureCodec, 'vp8' | 'h264'>;

/** How ffmpeg is told to encode. */
export interface Encoder {
  name: string;
  /** Before the inputs. */
  device: string[];
  /** What ends the chain of filters, to bring pictures where the encoder takes them. */
  upload: string;
  /** Of the encoder, for a bit rate in bit/s. No frame refers to a later one: times of decoding are those of showing. */
  args: (bitrate: number) => string[];
}

const rate = (bitrate: number) => [
  '-b:v',
  `${bitrate}`,
  '-maxrate',
  `${Math.round(bitrate * 1.5)}`,
  '-bufsize',
  `${bitrate * 2}`,
];

export const SOFTWARE: Record<EncodedCodec, Encoder> = {
  vp8: {
    name: 'libvpx',
    device: [],
    upload: 'format=yuv420p',
    args: (bitrate) => [
      ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-crf', '10', ...rate(bitrate)],
      ...['-auto-alt-ref', '0', '-lag-in-frames', '0', '-threads', '2'],
    ],
  },
  h264: {
    name: 'libx264',
    device: [],
    upload: 'format=yuv420p',
    args: (bitrate) => [
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0', '-profile:v', 'high'],
      ...['-maxrate', `${bitrate}`, '-bufsize', `${bitrate * 2}`, '-threads', '2'],
    ],
  },
};

function vaapi(codec: EncodedCodec, device: string): Encoder {
  return {
    name: `${codec}_vaapi`,
    device: ['-vaapi_device', device],
    upload: 'format=nv12,hwupload',
    args: (bitrate) => [
      ...['-c:v', `${codec}_vaapi`, ...rate(bitrate)],
      ...(codec === 'h264' ? ['-bf', '0'] : []),
    ],
  };
}

const NVENC: Encoder = {
  name: 'h264_nvenc',
  device: [],
  upload: 'format=yuv420p',
  args: (bitrate) => ['-c:v', 'h264_nvenc', '-preset', 'p4', '-bf', '0', ...rate(bitrate)],
};

/** Where Linux has graphics processors. */
const DEVICES = '/dev/dri';

/** What a machine might encode with beside its processor. */
export function hardwareEncoders(codec: EncodedCodec, devices: string[]): Encoder[] {
  return [
    ...(codec === 'h264' ? [NVENC] : []),
    ...devices.map((device) => vaapi(codec, `${DEVICES}/${device}`)),
  ];
}

/** The first hardware that encodes a picture, where that is wanted; else the processor. */
export async function chooseEncoder(
  codec: EncodedCodec,
  { hardware, folder, signal }: { hardware: boolean; folder: string; signal: AbortSignal },
): Promise<Encoder> {
  if (!hardware) return SOFTWARE[codec];
  const devices = (await readdir(DEVICES).catch(() => [])).filter((name) => name.startsWith('renderD'));
  for (const encoder of hardwareEncoders(codec, devices.sort())) {
    const picture = ['-f', 'lavfi', '-i', 'color=s=640x360:r=30:d=0.3', '-vf', encoder.upload];
    const args = [...encoder.device, ...picture, ...encoder.args(500_000), '-f', 'null', '-'];
    const works = await runFfmpeg({ folder, args, signal }).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (works) return encoder;
  }
  return SOFTWARE[codec];
}
