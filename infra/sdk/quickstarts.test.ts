import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../dev/processes.ts';

const DOCS = path.join(ROOT, 'docs');
const quickStarts = readdirSync(DOCS).filter((name) => name.startsWith('quickstart-'));

it.each(quickStarts)('%s shows the code that is tried in browsers, and links to what is there', (name) => {
  const text = readFileSync(path.join(DOCS, name), 'utf8');
  const shown = [...text.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)];
  expect(shown).not.toEqual([]);
  for (const [, file = '', code] of shown) {
    const source = readFileSync(path.join(DOCS, file), 'utf8');
    expect(code, `${name} is to show docs/${file} as it is`).toBe(source);
    expect(source.split('\n').length, `lines of docs/${file}`).toBeLessThanOrEqual(51);
  }
});
