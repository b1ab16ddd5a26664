import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import { type EncodedCodec, type Encoder, SOFTWARE } from '../encoders.ts';
import { FfmpegFailed, runFfmpeg } from '../ffmpeg.ts';
import type { KeptWork } from '../kept-work.ts';
import type { Sample } from '../sample.ts';
import { readFrames } from '../segment-reader.ts';
import type { Size } from './arrange.ts';
import { NameLabels } from './name-labels.ts';
import { PictureFinder } from './picture-finder.ts';
import { type SceneGraph, type ScenePicture, sceneArgs } from './scene-graph.ts';
import { FPS, type Scene, type Tile } from './scenes.ts';

/** Somebody's finished file, as a source of pictures. */
export interface PictureSource {
  /** In the folder of unfinished work. */
  local: string;
  /** What its time 0 is, milliseconds since the epoch. */
  from: number;
}

export interface Rendering {
  scenes: Scene[];
  /** What picture 0 is, milliseconds since the epoch. */
  from: number;
  size: Size;
  codec: EncodedCodec;
  encoder: Encoder;
  bitrate: number;
  names: Map<string, string>;
  cameras: Map<string, PictureSource>;
  screens: Map<string, PictureSource>;
  work: KeptWork;
  /** Hears how many pictures are made. */
  reached: (pictures: number) => void;
  signal: AbortSignal;
}

/** Scenes that are made at once, at the most: each has a decoder for each of its tiles. */
const AT_ONCE = 4;

/** Where the scenes are once they are made, in order, and what could not be shown. */
export async function renderScenes(rendering: Rendering): Promise<{ files: string[]; missing: TimeSpan[] }> {
  const { scenes, work } = rendering;
  const finder = new PictureFinder();
  const labels = new NameLabels(work.folder);
  const files: string[] = [];
  const missing: TimeSpan[] = [];
  const done = new Map<number, number>();
  let next = 0;
  const renderer = async () => {
    for (let index = next++; index < scenes.length; index = next++) {
      const scene = scenes[index];
      if (!scene) return;
      const reached = (pictures: number) => {
        done.set(index, pictures);
        rendering.reached([...done.values()].reduce((sum, each) => sum + each, 0));
      };
      const kept = await renderScene(scene, { ...rendering, reached }, finder, labels);
      files[index] = kept.file;
      missing.push(...kept.missing);
      reached(scene.to - scene.from);
    }
  };
  const failure = new AbortController();
  const count = Math.max(1, Math.min(AT_ONCE, Math.floor(availableParallelism() / 2)));
  rendering = { ...rendering, signal: AbortSignal.any([rendering.signal, failure.signal]) };
  try {
    await Promise.all(
      Array.from({ length: count }, () =>
        renderer().catch((error: unknown) => {
          failure.abort(error);
          throw error;
        }),
      ),
    );
  } finally {
    finder.close();
  }
  return { files, missing };
}

async function renderScene(
  scene: Scene,
  rendering: Rendering,
  finder: PictureFinder,
  labels: NameLabels,
): Promise<{ file: string; missing: TimeSpan[] }> {
  const { work, from, size, bitrate, encoder, names, cameras, screens, codec } = rendering;
  const sources = scene.tiles.map((tile) => sourceOf(tile, cameras, screens));
  const named = scene.tiles.map((tile) => names.get(tile.participantId));
  const of = [scene, from, size, bitrate, encoder.name, codec, named, sources];
  const kept = await work.once('scene', of, async (file): Promise<TimeSpan[]> => {
    const pictures = await Promise.all(sources.map((source) => pictureOf(source, scene, from, finder)));
    const software = SOFTWARE[codec];
    const whole = { scene, size, names, bitrate, pictures };
    const attempts: SceneGraph[] = [
      { ...whole, labels, encoder },
      { ...whole, labels, encoder: software },
      { ...whole, encoder: software },
      // A picture that cannot be read: without any there is at least the sound.
      { ...whole, labels, encoder: software, pictures: [] },
    ];
    let failure: unknown;
    for (const graph of attempts) {
      try {
        await runFfmpeg({
          folder: work.folder,
          args: await sceneArgs(graph, path.basename(file)),
          signal: rendering.signal,
          reached: (ms) => rendering.reached((ms / 1000) * FPS),
        });
        const at = (picture: number) => from + (picture / FPS) * 1000;
        return graph.pictures === pictures ? [] : [{ from: at(scene.from), to: at(scene.to) }];
      } catch (error) {
        if (!(error instanceof FfmpegFailed && error.ofInput)) throw error;
        failure = error;
      }
    }
    throw failure;
  });
  return { file: kept.file, missing: kept.result };
}

function sourceOf(
  tile: Tile,
  cameras: Map<string, PictureSource>,
  screens: Map<string, PictureSource>,
): PictureSource | undefined {
  switch (tile.shows) {
    case 'camera':
      return cameras.get(tile.participantId);
    case 'screen':
      return screens.get(tile.participantId);
    case 'name':
      return undefined;
    default:
      return tile.shows satisfies never;
  }
}

async function pictureOf(
  source: PictureSource | undefined,
  scene: Scene,
  from: number,
  finder: PictureFinder,
): Promise<ScenePicture | undefined> {
  if (!source) return undefined;
  const begins = (from + (scene.from / FPS) * 1000 - source.from) / 1000;
  const seek = (await finder.last(source.local, begins)) ?? 0;
  return { file: path.basename(source.local), seek, shift: -begins };
}

/** The pictures of scenes on the line of the recording. */
export async function* sceneFrames(scenes: Scene[], files: string[], from: number): AsyncGenerator<Sample> {
  for (const [index, scene] of scenes.entries()) {
    const file = files[index];
    if (file === undefined) continue;
    let picture = scene.from;
    for await (const frame of readFrames(file, 'video')) {
      if (picture >= scene.to) break;
      yield { ...frame, at: from + (picture / FPS) * 1000, ms: 1000 / FPS };
      picture++;
    }
  }
}
