import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rtpPacket, rtpPacketWithLevel } from '../rtp/rtp-packet.ts';
import { packetizeVp8, type TemporalPlace } from '../rtp/vp8-payload.ts';
import { isVp8KeyFrame, readIvf } from './ivf.ts';
import { readOpusPackets } from './ogg.ts';

/** The layers of the prepared video, lowest first. */
export const PREPARED_LAYERS = ['low', 'medium', 'high'] as const;
export type PreparedLayer = (typeof PREPARED_LAYERS)[number];

/** What is sent at one instant: an audio frame, or a picture in as many packets as it needs. */
export interface PreparedFrame {
  /** Shared by all who send it: each writes header and PictureID and sends at once. */
  packets: readonly Buffer[];
  /** Whether a decoder can start here. */
  isKey: boolean;
  /** Its temporal layer, where the packets say one. */
  temporalLayer?: number;
}

/** A piece of media that is sent over and over. */
export interface PreparedLoop {
  kind: 'audio' | 'video';
  frames: readonly PreparedFrame[];
  /** Hz. */
  clockRate: number;
  /** Length of a frame in units of `clockRate`. */
  frameTicks: number;
  /** Whether packets have room for an audio level. */
  hasLevel: boolean;
}

/** Pictures in place of those that come with this package. */
export interface CameraMedia {
  /** Where `low.ivf`, `medium.ivf` and `high.ivf` are: VP8 that begins with a key frame, every frame is shown. */
  folder: string;
  /** Of the frames in turn, over and over. Default: there is one temporal layer, and packets do not tell of it. */
  temporal?: readonly TemporalPlace[];
}

const FOLDER = fileURLToPath(new URL('../../media/', import.meta.url));

const audio = new Map<boolean, PreparedLoop>();
const video = new Map<string, PreparedLoop>();

/** A tone in Opus, frames of 20 ms; read and made into packets once a process. */
export function preparedAudio(hasLevel = false): PreparedLoop {
  const known = audio.get(hasLevel);
  if (known !== undefined) return known;
  const packet = hasLevel ? rtpPacketWithLevel : rtpPacket;
  const loop: PreparedLoop = {
    kind: 'audio',
    frames: readOpusPackets(readFileSync(path.join(FOLDER, 'tone.ogg'))).map((frame) => ({
      packets: [packet(false, frame)],
      isKey: true,
    })),
    clockRate: 48_000,
    frameTicks: 960,
    hasLevel,
  };
  audio.set(hasLevel, loop);
  return loop;
}

/** A moving picture in VP8, by default one with a key frame each second; read and made into packets once a process. */
export function preparedVideo(
  layer: PreparedLayer,
  { folder, temporal = [] }: CameraMedia = { folder: FOLDER },
): PreparedLoop {
  const file = path.join(folder, `${layer}.ivf`);
  const key = `${file} ${JSON.stringify(temporal)}`;
  const known = video.get(key);
  if (known !== undefined) return known;
  const { frames, frameRate } = readIvf(readFileSync(file));
  const loop: PreparedLoop = {
    kind: 'video',
    frames: frames.map((frame, index) => {
      const place = temporal[index % temporal.length];
      return {
        packets: packetizeVp8(frame, place),
        isKey: isVp8KeyFrame(frame),
        ...(place !== undefined && { temporalLayer: place.layer }),
      };
    }),
    clockRate: 90_000,
    frameTicks: 90_000 / frameRate,
    hasLevel: false,
  };
  video.set(key, loop);
  return loop;
}
