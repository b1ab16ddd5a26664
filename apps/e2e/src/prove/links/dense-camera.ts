import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  type CameraMedia,
  PREPARED_LAYERS,
  type PreparedFrame,
  preparedAudio,
  preparedVideo,
} from '@parley/bots/media/prepared-media';
import { RTP_HEADER_BYTES } from '@parley/bots/rtp/rtp-packet';
import type { LayerSet } from './best-layers.ts';

const run = promisify(execFile);

/** The layers that media.yaml configures; seconds of the loop, whose beginning is a burst that a thin link would feel. */
const LAYERS = {
  low: { width: 320, height: 180, framerate: 15, bitrate: 150_000, keyFrame: 450, seconds: 60 },
  medium: { width: 640, height: 360, framerate: 30, bitrate: 500_000, keyFrame: 900, seconds: 40 },
  high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000, keyFrame: 900, seconds: 8 },
} as const;
/** Frames are encoded for so long before those that are kept, in which the encoder finds its quality. */
const BEFORE_SECONDS = 4;
/** Of a packet, beside its payload: Ethernet, IP, UDP, RTP with the header extensions that mediasoup writes, SRTP's tag. */
const PACKET_OVERHEAD_BYTES = 14 + 20 + 8 + RTP_HEADER_BYTES + 16 + 10;

/** libvpx's structure of three temporal layers as ffmpeg sets it, L1T3: only the last frame of four needs one that is not of the lowest. */
const TEMPORAL: NonNullable<CameraMedia['temporal']> = [
  { layer: 0, isSync: false },
  { layer: 2, isSync: true },
  { layer: 1, isSync: true },
  { layer: 2, isSync: false },
];

/** A camera whose layers need all of the bitrate that they are configured to have. */
export interface DenseCamera extends CameraMedia {
  /** What can be sent of it, from the least up. */
  sets: readonly LayerSet[];
}

/** The sound that goes beside it, on the link, bit/s. */
export function soundWireBitrate(): number {
  const { frames, clockRate, frameTicks } = preparedAudio();
  return bitrates(frames, (frames.length * frameTicks) / clockRate).wireBitrate;
}

/**
 * Encodes a noisy moving picture as Chromium would have to: at a constant bitrate, with three temporal layers, a key frame only where
 * the loop begins. Takes some seconds.
 *
 * @param folder where the files go
 * @throws {Error} without ffmpeg
 */
export async function makeDenseCamera(folder: string): Promise<DenseCamera> {
  await Promise.all(PREPARED_LAYERS.map((layer) => encode(folder, layer)));
  const camera: CameraMedia = { folder, temporal: TEMPORAL };
  const sets = PREPARED_LAYERS.flatMap((name, spatial) => {
    const { width, framerate } = LAYERS[name];
    const { frames, clockRate, frameTicks } = preparedVideo(name, camera);
    const seconds = (frames.length * frameTicks) / clockRate;
    return [0, 1, 2].map((temporal): LayerSet => {
      const some = frames.filter(({ temporalLayer = 0 }) => temporalLayer <= temporal);
      return {
        spatial,
        temporal,
        width,
        framerate: framerate / 2 ** (2 - temporal),
        ...bitrates(some, seconds),
      };
    });
  });
  return { ...camera, sets };
}

function bitrates(frames: readonly PreparedFrame[], seconds: number) {
  const packets = frames.flatMap((frame) => frame.packets);
  const payload = packets.reduce((sum, packet) => sum + packet.length - RTP_HEADER_BYTES, 0);
  return {
    bitrate: (payload * 8) / seconds,
    wireBitrate: ((payload + packets.length * PACKET_OVERHEAD_BYTES) * 8) / seconds,
  };
}

async function encode(folder: string, name: keyof typeof LAYERS): Promise<void> {
  const { width, height, framerate, bitrate, keyFrame, seconds } = LAYERS[name];
  const kbit = bitrate / 1000;
  const file = path.join(folder, `${name}.ivf`);
  const temporal = [
    `ts_number_layers=3:ts_target_bitrate=${kbit * 0.4},${kbit * 0.6},${kbit}`,
    'ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3',
  ].join(':');
  const whole = path.join(folder, `${name}-whole.ivf`);
  await run('ffmpeg', [
    ...['-y', '-v', 'error', '-f', 'lavfi'],
    ...['-i', `testsrc2=size=${width}x${height}:rate=${framerate},noise=alls=10:allf=t`],
    ...['-t', String(BEFORE_SECONDS + seconds), '-c:v', 'libvpx', '-pix_fmt', 'yuv420p', '-threads', '1'],
    ...['-b:v', `${kbit}k`, '-minrate', `${kbit}k`, '-maxrate', `${kbit}k`, '-bufsize', `${kbit}k`],
    // As libwebrtc does: no frame that is never shown, and key frames of as much as it lets them have.
    ...[
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-error-resilient',
      '1',
      '-max-intra-rate',
      String(keyFrame),
    ],
    ...['-auto-alt-ref', '0', '-lag-in-frames', '0', '-qmin', '2', '-qmax', '56'],
    ...['-g', '9999', '-force_key_frames', String(BEFORE_SECONDS), '-ts-parameters', temporal, whole],
  ]);
  // A copy can only begin with a key frame.
  await run('ffmpeg', ['-y', '-v', 'error', '-ss', String(BEFORE_SECONDS), '-i', whole, '-c', 'copy', file]);
}
