import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LinkSample } from './adaptation.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../../../coverage/pictures');
const WIDTH = 960;
const HEIGHT = 300;
const MARGIN = { left: 60, right: 20, top: 36, bottom: 34 };

/** What a receiver's link and best set of layers were from an instant on, bit/s. */
export interface LinkMark {
  at: number;
  link: number;
  best: number;
}

/** One receiver's lines: what came each second, and what its link and the best set of layers were. */
export interface LinkCurve {
  name: string;
  samples: readonly LinkSample[];
  marks: readonly LinkMark[];
  /** When the picture ends, ms since the epoch. */
  to: number;
}

/** Draws curves below each other as an SVG into `coverage/pictures`. @returns its path */
export async function plotLinks(name: string, curves: readonly LinkCurve[]): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${name}.svg`);
  const parts = curves.map(
    (curve, index) => `<g transform="translate(0 ${index * HEIGHT})">${draw(curve)}</g>`,
  );
  const height = HEIGHT * curves.length;
  await writeFile(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">` +
      `<rect width="${WIDTH}" height="${height}" fill="#fff"/>${parts.join('\n')}</svg>\n`,
  );
  return file;
}

function draw({ name, samples, marks, to }: LinkCurve): string {
  const from = marks[0]?.at ?? to;
  const most = Math.max(...marks.map(({ link }) => link)) * 1.1;
  const x = (at: number) => MARGIN.left + ((at - from) / (to - from)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (bitrate: number) =>
    HEIGHT - MARGIN.bottom - (Math.min(bitrate, most) / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const steps = (key: 'link' | 'best') =>
    line(
      marks.flatMap((mark, index) => [
        [x(mark.at), y(mark[key])],
        [x(marks[index + 1]?.at ?? to), y(mark[key])],
      ]),
    );
  const rates = samples.flatMap((sample, index): [number, number][] => {
    const before = samples[index - 4];
    if (before === undefined || sample.at < from || sample.at > to) return [];
    return [[x(sample.at), y(((sample.videoBytes - before.videoBytes) * 8000) / (sample.at - before.at))]];
  });
  const ticks = Array.from({ length: 6 }, (_, index) => (most * index) / 5);
  const seconds = Array.from({ length: Math.floor((to - from) / 10_000) + 1 }, (_, index) => index * 10);
  return [
    `<text x="${MARGIN.left}" y="20" font-size="14">${name}: video received (blue), best set of layers that fits (green), link (red)</text>`,
    ...ticks.map(
      (rate) =>
        `<path d="M${MARGIN.left} ${y(rate)}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${y(rate) + 4}" text-anchor="end">${(rate / 1e6).toFixed(1)}</text>`,
    ),
    ...seconds.map(
      (second) =>
        `<text x="${x(from + second * 1000)}" y="${HEIGHT - 14}" text-anchor="middle">${second} s</text>`,
    ),
    `<path d="${steps('link')}" fill="none" stroke="#c33" stroke-width="1.5"/>`,
    `<path d="${steps('best')}" fill="none" stroke="#292" stroke-width="1.5" stroke-dasharray="5 3"/>`,
    `<path d="${line(rates)}" fill="none" stroke="#25c" stroke-width="1.5"/>`,
  ].join('');
}

function line(points: readonly (readonly number[])[]): string {
  return points
    .map(([x = 0, y = 0], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
}
