import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  FilePathTarget,
  MkvOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { opusHead } from '../opus.ts';
import { avcCodecString } from './annex-b.ts';
import type { Sample } from './sample.ts';
import { soundLine } from './sound-line.ts';

/** Codecs of pictures that files can hold, by the name they have in RTP. */
export type PictureCodec = 'vp8' | 'vp9' | 'av1' | 'h264';

export interface MediaFileParts {
  video?: { codec: PictureCodec; width: number; height: number; frames: AsyncIterable<Sample> };
  /** Opus packets, of any times that rise. */
  audio?: AsyncIterable<Sample>;
  /** What the file's time 0 is; by default the first frame or packet. Milliseconds since the epoch. */
  from?: number;
  /** Hears how far the writing is, milliseconds since the epoch. */
  reached?: (at: number) => void;
  signal?: AbortSignal;
}

export interface WrittenFile {
  /** What its time 0 is, milliseconds since the epoch. */
  from: number;
  durationMs: number;
  mimeType: string;
}

const FORMATS: Record<'webm' | 'mp4' | 'mkv', () => OutputFormat> = {
  webm: () => new WebMOutputFormat(),
  mp4: () => new Mp4OutputFormat({ fastStart: false }),
  mkv: () => new MkvOutputFormat(),
};

/**
 * Writes frames and packets as they are into one file that knows its length and where its key frames are. It is there
 * only when it is whole. Undefined, and no file, when there is not one frame or packet.
 */
export async function writeMediaFile(
  file: string,
  container: 'webm' | 'mp4' | 'mkv',
  { video, audio, from, reached, signal }: MediaFileParts,
): Promise<WrittenFile | undefined> {
  const frames = video?.frames[Symbol.asyncIterator]();
  const packets = audio?.[Symbol.asyncIterator]();
  const unfinished = `${file}.part`;
  let output: Output | undefined;
  try {
    const [frame, packet] = [await frames?.next(), await packets?.next()];
    const [firstFrame, firstPacket] = [sampleOf(frame), sampleOf(packet)];
    const first = Math.min(firstFrame?.at ?? Infinity, firstPacket?.at ?? Infinity);
    if (first === Infinity) return undefined;
    const start = from ?? first;

    await mkdir(path.dirname(file), { recursive: true });
    output = new Output({ format: FORMATS[container](), target: new FilePathTarget(unfinished) });
    const lines: { next: AsyncIterator<Sample>; add: (sample: EncodedPacket) => Promise<void> }[] = [];
    if (video && frames && firstFrame) {
      const source = new EncodedVideoPacketSource(video.codec === 'h264' ? 'avc' : video.codec);
      const meta = { decoderConfig: pictureConfig(video, firstFrame) };
      output.addVideoTrack(source);
      lines.push({ next: rejoin(firstFrame, frames), add: (sample) => source.add(sample, meta) });
    }
    if (packets && firstPacket) {
      const source = new EncodedAudioPacketSource('opus');
      output.addAudioTrack(source);
      const line = soundLine({ [Symbol.asyncIterator]: () => rejoin(firstPacket, packets) }, start);
      lines.push({ next: line, add: (sample) => source.add(sample, { decoderConfig: SOUND_CONFIG }) });
    }
    await output.start();

    let end = start;
    const heads = await Promise.all(
      lines.map(async (line) => ({ line, head: sampleOf(await line.next.next()) })),
    );
    while (true) {
      const earliest = heads.reduce((a, b) => ((b.head?.at ?? Infinity) < (a.head?.at ?? Infinity) ? b : a));
      const { head, line } = earliest;
      if (!head) break;
      signal?.throwIfAborted();
      const at = Math.max(0, head.at - start);
      await line.add(new EncodedPacket(head.data, head.key ? 'key' : 'delta', at / 1000, head.ms / 1000));
      end = Math.max(end, head.at + head.ms);
      reached?.(head.at);
      earliest.head = sampleOf(await line.next.next());
    }
    const mimeType = await output.getMimeType();
    await output.finalize();
    await rename(unfinished, file);
    return { from: start, durationMs: end - start, mimeType };
  } catch (error) {
    await output?.cancel().catch(() => {});
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await Promise.all([frames?.return?.(), packets?.return?.()]);
  }
}

function sampleOf(result: IteratorResult<Sample> | undefined): Sample | undefined {
  return result?.done ? undefined : result?.value;
}

async function* rejoin(first: Sample, rest: AsyncIterator<Sample>): AsyncGenerator<Sample> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Opus decodes to as many channels as are asked for: a stereo stream may have mono packets (RFC 7587 §3.4). */
const SOUND_CONFIG = {
  codec: 'opus',
  numberOfChannels: 2,
  sampleRate: 48_000,
  description: opusHead(2),
};

/** Levels do not matter to players, which read them of the frames; of VP9 and AV1: 8 bits, 4:2:0. */
function pictureConfig(
  { codec, width, height }: { codec: PictureCodec; width: number; height: number },
  first: Sample,
): VideoDecoderConfig {
  const codecs: Record<PictureCodec, string> = {
    vp8: 'vp8',
    vp9: 'vp09.00.41.08',
    av1: 'av01.0.08M.08',
    h264: avcCodecString(first.data) ?? 'avc1.42e01f',
  };
  return { codec: codecs[codec], codedWidth: width, codedHeight: height };
}
