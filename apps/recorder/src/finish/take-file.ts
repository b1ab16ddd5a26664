import { stat } from 'node:fs/promises';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { RecordingFile } from '@parley/protocol/recording/recorder-api';
import { chooseContainer } from './container.ts';
import { chooseEncoder } from './encoders.ts';
import type { FinishIo, FinishSettings } from './finish-io.ts';
import type { KeptWork } from './kept-work.ts';
import { type MediaFileParts, writeMediaFile } from './media-file.ts';
import { packetLine, pictureLine } from './picture-line.ts';
import { segmentReader, sha256 } from './segment-reader.ts';
import { type PlacedPiece, type Take, takeSpan } from './takes.ts';
import { planChunks, transcodedLine } from './transcode.ts';

export interface Making {
  settings: FinishSettings;
  io: FinishIo;
  work: KeptWork;
  signal: AbortSignal;
  /** Hears how far it is, 0–1. */
  reached: (done: number) => void;
}

/** A file that was made and stored; none where nothing could be read. */
export interface TakeFile {
  file?: RecordingFile;
  missing: TimeSpan[];
}

/** Makes a take's file and stores it. It stays in the folder of unfinished work too, where the composite is made of it. */
export async function makeTakeFile(take: Take, making: Making): Promise<TakeFile & { local: string }> {
  const { work, settings, io } = making;
  const { container } = chooseContainer(settings.format, codecsOf(take));
  const of = [take, settings.format, settings.videoBitrate];
  const kept = await work.once(take.name, of, async (local): Promise<TakeFile> => {
    const missing: TimeSpan[] = [];
    const { width, height } = sizeOf(take.video);
    const audio =
      take.audio.length > 0 ? packetLine(take.audio, segmentReader(io, 'audio', missing)) : undefined;
    const { from, to } = takeSpan(take);
    const reached = (at: number) => making.reached((at - from) / (to - from));
    const written = await writeMediaFile(local, container, {
      ...(take.video.length > 0 ? { video: await pictures(take, missing, reached, making) } : {}),
      ...(audio ? { audio } : {}),
      reached,
      signal: making.signal,
    });
    if (!written) return { missing };
    const file = `files/${take.name}.${container}`;
    await io.put(local, file);
    return {
      file: {
        file,
        kind: take.kind,
        participantId: take.participantId,
        container,
        ...written,
        ...(written.mimeType.startsWith('video/') ? { width, height } : {}),
        bytes: (await stat(local)).size,
        sha256: await sha256(local),
      },
      missing,
    };
  });
  making.reached(1);
  return { ...kept.result, local: kept.file };
}

async function pictures(
  take: Take,
  missing: TimeSpan[],
  reached: (at: number) => void,
  { settings, io, work, signal }: Making,
): Promise<NonNullable<MediaFileParts['video']>> {
  const { codec, keeps } = chooseContainer(settings.format, codecsOf(take));
  const size = sizeOf(take.video);
  const chunks = planChunks(take.video, keeps);
  if (chunks.every((chunk) => chunk.kept)) {
    return { codec, ...size, frames: pictureLine(take.video, segmentReader(io, 'video', missing)) };
  }
  const encoded = codec === 'h264' ? 'h264' : 'vp8';
  const hardware = settings.hardwareAcceleration;
  const encoder = await chooseEncoder(encoded, { hardware, folder: work.folder, signal });
  const bitrate = settings.videoBitrate;
  const frames = transcodedLine(chunks, {
    ...{ codec: encoded, encoder, bitrate, ...size, work, name: take.name, io, missing, reached, signal },
  });
  return { codec, ...size, frames };
}

/** Whether a take's pictures are encoded again, which takes long. */
export function isEncodedAgain(take: Take, format: 'webm' | 'mp4'): boolean {
  const { keeps } = chooseContainer(format, codecsOf(take));
  return take.video.some((piece) => !keeps(piece.codec));
}

function codecsOf(take: Take): Set<string> {
  return new Set(take.video.map((piece) => piece.codec));
}

/** Of the largest picture, even numbers as encoders need them. */
function sizeOf(pieces: PlacedPiece[]): { width: number; height: number } {
  const [width, height] = (['width', 'height'] as const).map((side) =>
    pieces.reduce((most, { segment }) => Math.max(most, segment[side] ?? 0), 0),
  );
  return { width: even(width), height: even(height) };
}

function even(side: number | undefined): number {
  return Math.max(16, 2 * Math.ceil((side ?? 0) / 2));
}
