import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { CompositeLayout } from '@parley/protocol/recording/recording-options';
import { arrangeGrid, arrangeStage, type Box, MOST_TILES, type Size } from './arrange.ts';
import { isIn, type SeenParticipant } from './room-view.ts';
import type { Turn } from './speaker-turns.ts';

/** Pictures in a second of composites. */
export const FPS = 30;

/** Longest scene, pictures: what an attempt that dies may lose. */
const LONGEST = 60 * FPS;

/** What changes within so many pictures changes at once: somebody comes, a moment later the camera. */
const SHORTEST = 6;

/** Of a picture's length, what times may be late by to still be of that picture. */
const ROUNDING = 0.01;

/** What is shown in a box of the composite: a picture, or the name of somebody whose camera is off. */
export interface Tile extends Box {
  participantId: string;
  shows: 'camera' | 'screen' | 'name';
}

/** A stretch in which no tile comes, goes or moves: pictures `from` to before `to`, counted from the composite's first. */
export interface Scene {
  from: number;
  to: number;
  tiles: Tile[];
}

export interface SceneOptions {
  layout: CompositeLayout;
  size: Size;
  /** Of the composite, milliseconds since the epoch. */
  span: TimeSpan;
  people: SeenParticipant[];
  /** Who speaks; in order. Empty where nobody listened. */
  turns: Turn[];
}

/** The composite as scenes, in order, without a gap: the first begins with picture 0. */
export function planScenes(options: SceneOptions): Scene[] {
  const { span } = options;
  const counted = inPictures(options);
  const pictures = Math.max(1, Math.round(((span.to - span.from) / 1000) * FPS));
  const cuts = cutsOf(counted, pictures);
  const scenes: Scene[] = [];
  for (const [index, { from, settled }] of cuts.entries()) {
    const to = cuts[index + 1]?.from ?? pictures;
    const tiles = tilesAt(settled, counted);
    const last = scenes.at(-1);
    if (last && sameTiles(last.tiles, tiles)) last.to = to;
    else scenes.push({ from, to, tiles });
  }
  return scenes.flatMap(split);
}

/**
 * The same with all times as the picture from which they count. Rounded once and for all: a time that is rounded where scenes are cut, and compared exactly
 * where they are filled, would leave out of a whole scene who came with its first picture.
 */
function inPictures(options: SceneOptions): SceneOptions {
  const picture = (at: number) => Math.ceil(((at - options.span.from) / 1000) * FPS - ROUNDING);
  const counted = (spans: TimeSpan[]) =>
    spans.map(({ from, to }) => ({ from: picture(from), to: picture(to) }));
  return {
    ...options,
    people: options.people.map((person) => ({
      ...person,
      there: counted(person.there),
      camera: counted(person.camera),
      screen: counted(person.screen),
    })),
    turns: options.turns.map((turn) => ({ ...turn, at: picture(turn.at) })),
  };
}

/** A picture with which something changes, and the one with which all is as it then stays. */
interface Cut {
  from: number;
  settled: number;
}

/** Where something changes, far enough from each other. What changes just before the end is not shown. */
function cutsOf({ people, turns }: SceneOptions, pictures: number): Cut[] {
  const times = people.flatMap(({ there, camera, screen }) =>
    [...there, ...camera, ...screen].flatMap(({ from, to }) => [from, to]),
  );
  times.push(...turns.map((turn) => turn.at));
  let last: Cut = { from: 0, settled: 0 };
  const cuts = [last];
  for (const at of times.sort((a, b) => a - b)) {
    const picture = Math.max(0, at);
    if (pictures - picture < SHORTEST) break;
    if (picture - last.from < SHORTEST) last.settled = picture;
    else {
      last = { from: picture, settled: picture };
      cuts.push(last);
    }
  }
  return cuts;
}

function tilesAt(at: number, { layout, size, people, turns }: SceneOptions): Tile[] {
  const there = people.filter((person) => isIn(person.there, at));
  const sharing = there
    .filter((person) => isIn(person.screen, at))
    .sort((a, b) => since(b, at) - since(a, at))[0];
  const tile = (person: SeenParticipant, box: Box): Tile => ({
    ...box,
    participantId: person.participantId,
    shows: isIn(person.camera, at) ? 'camera' : 'name',
  });
  const speaker = layout === 'speaker' ? speakerAt(turns, there, at) : undefined;
  if (sharing) {
    const [stage, ...strip] = arrangeStage(there.length, size);
    const beside = pick(there, strip.length, at, speaker);
    const shared = stage
      ? [{ ...stage, participantId: sharing.participantId, shows: 'screen' as const }]
      : [];
    return [...shared, ...beside.flatMap((person, index) => tileIn(strip[index], person, tile))];
  }
  if (speaker) {
    const others = there.filter((person) => person !== speaker);
    const [stage, ...strip] = arrangeStage(others.length, size);
    const beside = pick(others, strip.length, at);
    return [speaker, ...beside].flatMap((person, index) =>
      tileIn(index === 0 ? stage : strip[index - 1], person, tile),
    );
  }
  const shown = pick(there, MOST_TILES, at);
  const boxes = arrangeGrid(shown.length, size);
  return shown.flatMap((person, index) => tileIn(boxes[index], person, tile));
}

function tileIn(
  box: Box | undefined,
  person: SeenParticipant,
  tile: (person: SeenParticipant, box: Box) => Tile,
): Tile[] {
  return box ? [tile(person, box)] : [];
}

/** Where not all fit, those who are to be there and those who can be seen; in the order in which they came. */
function pick(
  people: SeenParticipant[],
  most: number,
  at: number,
  first?: SeenParticipant,
): SeenParticipant[] {
  if (people.length <= most) return people;
  const rank = (person: SeenParticipant) => (person === first ? 0 : isIn(person.camera, at) ? 1 : 2);
  const chosen = new Set([...people].sort((a, b) => rank(a) - rank(b)).slice(0, most));
  return people.filter((person) => chosen.has(person));
}

/** When the screen that is shared at a time began to be. */
function since({ screen }: SeenParticipant, at: number): number {
  return screen.find(({ from, to }) => from <= at && at < to)?.from ?? 0;
}

/** Who speaks, or spoke last of those who are still there; before anybody did, who can be seen. */
function speakerAt(turns: Turn[], there: SeenParticipant[], at: number): SeenParticipant | undefined {
  let [low, high] = [0, turns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) {
    const speaker = there.find(({ participantId }) => participantId === turns[i]?.participantId);
    if (speaker) return speaker;
  }
  return there.find((person) => isIn(person.camera, at)) ?? there[0];
}

function sameTiles(a: Tile[], b: Tile[]): boolean {
  return a.length === b.length && a.every((tile, index) => JSON.stringify(tile) === JSON.stringify(b[index]));
}

function* pieces({ from, to, tiles }: Scene): Generator<Scene> {
  for (let at = from; at < to; at += LONGEST) yield { from: at, to: Math.min(to, at + LONGEST), tiles };
}

function split(scene: Scene): Scene[] {
  return [...pieces(scene)];
}
