import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import { type EncodedCodec, type Encoder, SOFTWARE } from './encoders.ts';
import { FfmpegFailed, runFfmpeg } from './ffmpeg.ts';
import type { FinishIo } from './finish-io.ts';
import type { KeptWork } from './kept-work.ts';
import { type PictureCodec, writeMediaFile } from './media-file.ts';
import { pictureLine } from './picture-line.ts';
import type { Sample } from './sample.ts';
import { readFrames, segmentReader } from './segment-reader.ts';
import type { PlacedPiece } from './takes.ts';

/** How much is encoded at once, milliseconds: what an attempt that dies may lose. */
const CHUNK_MS = 60_000;

/** Pieces that are treated alike: kept, or encoded again by themselves. */
export interface Chunk {
  kept: boolean;
  pieces: PlacedPiece[];
}

/** A line's pieces as chunks: no chunk needs a picture of the one before, none is of two codecs, and all but the kept are of bounded length. */
export function planChunks(pieces: PlacedPiece[], keeps: (codec: string) => boolean): Chunk[] {
  const chunks: Chunk[] = [];
  for (const piece of pieces) {
    const last = chunks.at(-1);
    const before = last?.pieces.at(-1);
    const kept = keeps(piece.codec);
    const joins =
      last !== undefined &&
      before?.codec === piece.codec &&
      (kept ||
        (piece.continues && !piece.segment.keyFrame) ||
        piece.from - (last.pieces[0]?.from ?? 0) < CHUNK_MS);
    if (joins) last.pieces.push(piece);
    else chunks.push({ kept, pieces: [piece] });
  }
  return chunks;
}

export interface Transcoding {
  codec: EncodedCodec;
  encoder: Encoder;
  /** Most bit/s. */
  bitrate: number;
  /** Of all that is encoded again: other pictures are scaled into it. Even numbers. */
  width: number;
  height: number;
  work: KeptWork;
  name: string;
  io: FinishIo;
  missing: TimeSpan[];
  /** Hears how far it is, milliseconds since the epoch. */
  reached: (at: number) => void;
  signal: AbortSignal;
}

/** The pictures of chunks, those encoded again that are not kept. What an earlier attempt has encoded is used. */
export async function* transcodedLine(chunks: Chunk[], transcoding: Transcoding): AsyncGenerator<Sample> {
  let last = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks) {
    const frames = chunk.kept
      ? pictureLine(chunk.pieces, segmentReader(transcoding.io, 'video', transcoding.missing))
      : transcodedChunk(chunk, transcoding);
    for await (const frame of frames) {
      last = Math.max(last + 1, frame.at);
      yield { ...frame, at: last };
    }
  }
}

/** What is known of a chunk that was encoded. */
interface Encoded {
  /** Of its first picture, milliseconds since the epoch; absent when there is none. */
  from?: number;
  missing: TimeSpan[];
}

async function* transcodedChunk(chunk: Chunk, transcoding: Transcoding): AsyncGenerator<Sample> {
  const { codec, width, height, bitrate, encoder, work, name } = transcoding;
  const of = [codec, width, height, bitrate, encoder.name, chunk.pieces];
  const kept = await work.once(`${name}-chunk`, of, (file) => encodeChunk(chunk, file, transcoding));
  const { from, missing } = kept.result;
  transcoding.missing.push(...missing);
  if (from === undefined) return;
  for await (const frame of readFrames(kept.file, 'video')) yield { ...frame, at: from + frame.at };
}

async function encodeChunk({ pieces }: Chunk, file: string, transcoding: Transcoding): Promise<Encoded> {
  const { io, signal, reached, encoder, codec } = transcoding;
  const missing: TimeSpan[] = [];
  const source = `${file}.source`;
  const frames = pictureLine(pieces, segmentReader(io, 'video', missing));
  // A piece's codec may be one that no container of ours holds; then there was nothing to read.
  const written = await writeMediaFile(source, 'mkv', {
    video: {
      codec: pieces[0]?.codec as PictureCodec,
      width: transcoding.width,
      height: transcoding.height,
      frames,
    },
    signal,
  });
  if (!written) return { missing };
  const encode = (by: Encoder) =>
    runFfmpeg({
      folder: path.dirname(file),
      args: encodeArgs(path.basename(source), path.basename(file), by, transcoding),
      signal,
      reached: (ms) => reached(written.from + ms),
    });
  try {
    await encode(encoder).catch((error: unknown) => {
      if (encoder === SOFTWARE[codec] || !ofInput(error)) throw error;
      return encode(SOFTWARE[codec]);
    });
    return { from: written.from, missing };
  } catch (error) {
    if (!ofInput(error)) throw error;
    return { missing: [...missing, { from: written.from, to: written.from + written.durationMs }] };
  } finally {
    await rm(source, { force: true });
  }
}

function ofInput(error: unknown): boolean {
  return error instanceof FfmpegFailed && error.ofInput;
}

function encodeArgs(
  source: string,
  target: string,
  encoder: Encoder,
  { width, height, bitrate }: Transcoding,
): string[] {
  // Sizes change within the stream: scale and pad follow, the graph stays.
  const size = `${width}:${height}`;
  const scaled = `scale=${size}:force_original_aspect_ratio=decrease:force_divisible_by=2:eval=frame`;
  const filters = `${scaled},pad=${size}:-1:-1:eval=frame,setsar=1,${encoder.upload}`;
  return [
    ...encoder.device,
    ...['-reinit_filter', '0', '-i', source, '-map', '0:v', '-vf', filters],
    ...[
      '-fps_mode',
      'passthrough',
      '-enc_time_base',
      '1:1000',
      '-force_key_frames',
      'expr:gte(t,n_forced*5)',
    ],
    ...encoder.args(bitrate),
    ...['-f', 'matroska', '-y', target],
  ];
}
