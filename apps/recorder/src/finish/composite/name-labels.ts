import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where fonts are on Debian, Fedora and Alpine, where nothing can be asked for one. */
const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
];

/** Fonts of pictures, which cannot be drawn at any size. */
const PICTURES = /emoji/i;

/** Paths that a filter's options can hold as they are. */
const PLAIN = /^[A-Za-z0-9/._-]+$/;

/** Control characters, and those that turn the direction of what follows. */
const UNPRINTED = /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** A letter's width is about this much of its height. */
const LETTER = 0.6;

/** A font file that has the characters of a text, as far as one has; undefined where there is no font at all. */
export async function findFont(text: string): Promise<string | undefined> {
  const charset = [...new Set(text)].map((letter) => letter.codePointAt(0)?.toString(16)).join(' ');
  const asked = await run('fc-match', ['-f', '%{file}', `sans-serif:charset=${charset}`]).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return [asked, ...FONTS].find((file) => PLAIN.test(file) && !PICTURES.test(file) && existsSync(file));
}

/** A name as it fits: cut with an ellipsis where it is longer than `width` at a font size. */
export function fitName(name: string, width: number, fontSize: number): string {
  const most = Math.max(1, Math.floor(width / (LETTER * fontSize)));
  const letters = [...new Intl.Segmenter().segment(name.replaceAll(UNPRINTED, ''))].map(
    ({ segment }) => segment,
  );
  const widths = letters.map((letter) => (/[\u1100-\u{1ffff}]/u.test(letter) ? 2 : 1));
  if (widths.reduce((sum, each) => sum + each, 0) <= most) return letters.join('');
  let fits = '';
  let left = most - 1;
  for (const [index, letter] of letters.entries()) {
    left -= widths[index] ?? 1;
    if (left < 0) break;
    fits += letter;
  }
  return `${fits}…`;
}

/** Names as files, which ffmpeg draws as they are: nothing that somebody typed is ever part of a command. */
export class NameLabels {
  readonly #folder: string;
  readonly #fonts = new Map<string, string | undefined>();
  readonly #files = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The beginning of a `drawtext` filter for a name; undefined where there is no font. */
  async filter(name: string, width: number, fontSize: number): Promise<string | undefined> {
    if (!this.#fonts.has(name)) this.#fonts.set(name, await findFont(name));
    const font = this.#fonts.get(name);
    const text = fitName(name, width, fontSize);
    if (font === undefined || text === '') return undefined;
    let file = this.#files.get(text);
    if (file === undefined) {
      file = `label-${this.#files.size}.txt`;
      this.#files.set(text, file);
      await writeFile(path.join(this.#folder, file), text);
    }
    return `drawtext=fontfile=${font}:textfile=${file}:expansion=none:fontsize=${fontSize}:fontcolor=white`;
  }
}
