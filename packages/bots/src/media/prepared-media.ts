import { readFileSync } from 'node:fs';
import { rtpPacket, rtpPacketWithLevel } from '../rtp/rtp-packet.ts';
import { packetizeVp8 } from '../rtp/vp8-payload.ts';
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

const read = (name: string) => readFileSync(new URL(`../../media/${name}`, import.meta.url));

const audio = new Map<boolean, PreparedLoop>();
const video = new Map<PreparedLayer, PreparedLoop>();

/** A tone in Opus, frames of 20 ms; read and made into packets once a process. */
export function preparedAudio(hasLevel = false): PreparedLoop {
  const known = audio.get(hasLevel);
  if (known !== undefined) return known;
  const packet = hasLevel ? rtpPacketWithLevel : rtpPacket;
  const loop: PreparedLoop = {
    kind: 'audio',
    frames: readOpusPackets(read('tone.ogg')).map((frame) => ({
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

/** A moving picture in VP8 with a key frame each second; read and made into packets once a process. */
export function preparedVideo(layer: PreparedLayer): PreparedLoop {
  const known = video.get(layer);
  if (known !== undefined) return known;
  const { frames, frameRate } = readIvf(read(`${layer}.ivf`));
  const loop: PreparedLoop = {
    kind: 'video',
    frames: frames.map((frame) => ({ packets: packetizeVp8(frame), isKey: isVp8KeyFrame(frame) })),
    clockRate: 90_000,
    frameTicks: 90_000 / frameRate,
    hasLevel: false,
  };
  video.set(layer, loop);
  return loop;
}
