import type { Encoder } from '../encoders.ts';
import type { Size } from './arrange.ts';
import type { NameLabels } from './name-labels.ts';
import { FPS, type Scene, type Tile } from './scenes.ts';

/** A file's pictures in a scene. */
export interface ScenePicture {
  /** The file's name, in the folder where ffmpeg runs. */
  file: string;
  /** From where it is read: the time of the picture that is shown as the scene begins, seconds of the file. */
  seek: number;
  /** What is added to the file's times to have the scene's, seconds. */
  shift: number;
}

export interface SceneGraph {
  scene: Scene;
  size: Size;
  /** Of each tile, in their order; absent of those that show a name, or of which there is no picture. */
  pictures: (ScenePicture | undefined)[];
  names: Map<string, string>;
  /** Absent where no names are drawn. */
  labels?: NameLabels;
  encoder: Encoder;
  bitrate: number;
}

const BACKGROUND = '0x111418';
const TILE = '0x262b33';

/** What a seek adds, seconds: times in files are rounded, and the picture that is sought must not be before it. */
const EARLY = 0.002;

/** How ffmpeg makes a scene: a number of pictures of one size, written to `target`. */
export async function sceneArgs(graph: SceneGraph, target: string): Promise<string[]> {
  const { scene, pictures, encoder, bitrate } = graph;
  const inputs = pictures.flatMap((picture) => (picture ? inputArgs(picture) : []));
  return [
    ...encoder.device,
    ...inputs,
    ...['-filter_complex', await filters(graph), '-map', '[out]', '-frames:v', `${scene.to - scene.from}`],
    ...['-force_key_frames', 'expr:gte(t,n_forced*5)', ...encoder.args(bitrate)],
    ...['-f', 'matroska', '-y', target],
  ];
}

/** Sizes change within a file; the filters follow, so that the graph need not be made anew, which would lose its time. */
function inputArgs({ file, seek }: ScenePicture): string[] {
  return ['-reinit_filter', '0', '-threads', '1', '-ss', Math.max(0, seek - EARLY).toFixed(3), '-i', file];
}

async function filters({ scene, size, pictures, names, labels, encoder }: SceneGraph): Promise<string> {
  const seconds = (scene.to - scene.from) / FPS + 1;
  const boxes = scene.tiles.map((tile) => `drawbox=${boxOf(tile)}:color=${TILE}:t=fill`);
  const base = [
    `color=c=${BACKGROUND}:s=${size.width}x${size.height}:r=${FPS}:d=${seconds}`,
    'format=yuv420p',
    ...boxes,
  ];
  const chains = [`${base.join(',')}[base]`];
  let last = 'base';
  let input = 0;
  for (const [index, tile] of scene.tiles.entries()) {
    const picture = pictures[index];
    if (!picture) continue;
    chains.push(`[${input}:v]${pictureFilters(picture, tile)}[tile${input}]`);
    chains.push(`[${last}][tile${input}]overlay=x=${tile.x}:y=${tile.y}:eof_action=repeat[over${input}]`);
    last = `over${input}`;
    input++;
  }
  const drawn: string[] = [];
  for (const [index, tile] of scene.tiles.entries()) {
    const name = tile.shows === 'screen' ? undefined : names.get(tile.participantId);
    const label =
      name === undefined || !labels
        ? undefined
        : await labelFilter(name, tile, pictures[index] !== undefined, labels);
    if (label !== undefined) drawn.push(label);
  }
  chains.push(`[${last}]${[...drawn, encoder.upload].join(',')}[out]`);
  return chains.join(';');
}

function pictureFilters({ seek, shift }: ScenePicture, { width, height }: Tile): string {
  const start = Math.max(0, seek - EARLY);
  return [
    `setpts=PTS+(${(start + shift).toFixed(6)})/TB`,
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:eval=frame:flags=bilinear`,
    `pad=${width}:${height}:-1:-1:color=${TILE}:eval=frame`,
    'setsar=1,format=yuv420p',
  ].join(',');
}

function boxOf({ x, y, width, height }: Tile): string {
  return `x=${x}:y=${y}:w=${width}:h=${height}`;
}

/** A name below in a picture, or in the middle of where there is none. */
async function labelFilter(
  name: string,
  { x, y, width, height }: Tile,
  overPicture: boolean,
  labels: NameLabels,
): Promise<string | undefined> {
  const part = overPicture ? 16 : 8;
  const fontSize = Math.round(Math.min(40, Math.max(10, height / part)));
  const filter = await labels.filter(name, width - 2 * fontSize, fontSize);
  if (filter === undefined) return undefined;
  if (!overPicture) return `${filter}:x=${x}+(${width}-tw)/2:y=${y}+(${height}-th)/2`;
  const margin = Math.round(fontSize / 2);
  const place = `x=${x + margin}:y=${y + height - 2 * fontSize}`;
  return `${filter}:${place}:box=1:boxcolor=black@0.5:boxborderw=${Math.round(fontSize / 4)}`;
}
