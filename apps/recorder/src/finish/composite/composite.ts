import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { FinishPlan, RecordingFile } from '@parley/protocol/recording/recorder-api';
import { chooseEncoder } from '../encoders.ts';
import type { FinishIo, FinishSettings } from '../finish-io.ts';
import type { KeptWork } from '../kept-work.ts';
import { type MediaFileParts, writeMediaFile } from '../media-file.ts';
import { readFrames, sha256 } from '../segment-reader.ts';
import type { Take } from '../takes.ts';
import { measureLevels } from './measure-levels.ts';
import { mixSound } from './mix-sound.ts';
import { type PictureSource, renderScenes, sceneFrames } from './render-scenes.ts';
import { roomView } from './room-view.ts';
import { planScenes } from './scenes.ts';
import { type Levels, speakerTurns } from './speaker-turns.ts';

/** A take and the file that was made of it. */
export interface FinishedTake {
  take: Take;
  file: RecordingFile;
  /** In the folder of unfinished work. */
  local: string;
}

/** What a composite's making consists of; each is told how far it is, 0–1. */
export const COMPOSITE_STEPS = { levels: 1, scenes: 30, sound: 2, writing: 1 };

export interface Compositing {
  plan: FinishPlan;
  takes: FinishedTake[];
  settings: FinishSettings;
  io: FinishIo;
  work: KeptWork;
  reached: (step: keyof typeof COMPOSITE_STEPS, done: number) => void;
  signal: AbortSignal;
}

/** Makes one file that shows and sounds as the room did, of files that are made, and stores it. */
export async function makeComposite(
  compositing: Compositing,
): Promise<{ file: RecordingFile; missing: TimeSpan[] } | undefined> {
  const { plan, takes, settings, io, work, signal, reached } = compositing;
  if (takes.length === 0) return undefined;
  const { layout, audioOnly, resolution } = plan.options;
  const span = {
    from: Math.min(...takes.map(({ file }) => file.from)),
    to: Math.max(...takes.map(({ file }) => file.from + file.durationMs)),
  };
  const pictures = audioOnly ? undefined : await makePictures(compositing, span);
  const sound = await makeSound(compositing, span);
  if (!pictures && !sound) return undefined;
  const container = settings.format;
  const local = path.join(work.folder, 'composite');
  const written = await writeMediaFile(local, container, {
    ...(pictures ? { video: pictures.video } : {}),
    ...(sound ? { audio: sound } : {}),
    from: span.from,
    reached: (at) => reached('writing', (at - span.from) / (span.to - span.from)),
    signal,
  });
  if (!written) return undefined;
  const file = `files/composite-${layout}.${container}`;
  await io.put(local, file);
  reached('writing', 1);
  return {
    file: {
      ...{ file, kind: 'composite', layout, container, ...written },
      ...(pictures ? resolution : {}),
      bytes: (await stat(local)).size,
      sha256: await sha256(local),
    },
    missing: pictures?.missing ?? [],
  };
}

async function makePictures(
  compositing: Compositing,
  span: TimeSpan,
): Promise<{ video: NonNullable<MediaFileParts['video']>; missing: TimeSpan[] }> {
  const { plan, takes, settings, work, signal, reached } = compositing;
  const { layout, resolution: size, videoBitrate: bitrate = settings.videoBitrate } = plan.options;
  const people = roomView(
    plan,
    takes.map(({ take }) => take),
  );
  const turns = layout === 'speaker' ? speakerTurns(await listen(compositing)) : [];
  reached('levels', 1);
  const scenes = planScenes({ layout, size, span, people, turns });
  const codec = settings.format === 'mp4' ? 'h264' : 'vp8';
  const hardware = settings.hardwareAcceleration;
  const encoder = await chooseEncoder(codec, { hardware, folder: work.folder, signal });
  const names = new Map(people.map(({ participantId, name }) => [participantId, name]));
  const count = scenes.at(-1)?.to ?? 1;
  const { files, missing } = await renderScenes({
    ...{ scenes, from: span.from, size, codec, encoder, bitrate, names, work, signal },
    cameras: sourcesOf(takes, 'participant'),
    screens: sourcesOf(takes, 'screen'),
    reached: (pictures) => reached('scenes', pictures / count),
  });
  reached('scenes', 1);
  return { video: { codec, ...size, frames: sceneFrames(scenes, files, span.from) }, missing };
}

function sourcesOf(takes: FinishedTake[], kind: Take['kind']): Map<string, PictureSource> {
  const shown = takes.filter(({ take, file }) => take.kind === kind && file.width !== undefined);
  return new Map(shown.map(({ file, local, take }) => [take.participantId, { local, from: file.from }]));
}

/** How loud everybody was; screens do not speak. */
async function listen({ takes, work, signal, reached }: Compositing): Promise<Levels[]> {
  const people: Levels[] = [];
  const heard = takes.filter(({ take }) => take.kind === 'participant' && take.audio.length > 0);
  for (const [index, { take, file, local }] of heard.entries()) {
    const { result } = await work.once('levels', [file.sha256], () => measureLevels(local, signal));
    people.push({ participantId: take.participantId, from: file.from, levels: result });
    reached('levels', (index + 1) / heard.length);
  }
  return people;
}

async function makeSound(
  { plan, takes, settings, work, signal, reached }: Compositing,
  span: TimeSpan,
): Promise<MediaFileParts['audio'] | undefined> {
  const sources = takes
    .filter(({ file }) => file.mimeType.includes('opus'))
    .map(({ file, local }) => ({ local, from: file.from, to: file.from + file.durationMs }));
  if (sources.length === 0) return undefined;
  const bitrate = plan.options.audioBitrate ?? settings.audioBitrate;
  const file = await mixSound({
    ...{ sources, span, bitrate, work, signal, reached: (done: number) => reached('sound', done) },
  });
  reached('sound', 1);
  return (async function* () {
    for await (const packet of readFrames(file, 'audio'))
      yield { ...packet, at: span.from + Math.max(0, packet.at) };
  })();
}
