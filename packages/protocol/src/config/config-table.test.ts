import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultOf, leafPaths, schemaAt } from './config-paths.ts';
import { MediaConfig } from './media-config.ts';
import { WebrtcConfig } from './webrtc-config.ts';

const README = new URL('../../../../infra/config/README.md', import.meta.url);
const ABSENT = '–';
const PLACES = ['edge', 'node', 'client', 'recorder', 'dev'];

/** The table's rows: key, default, effect, where, shown by. */
const rows = readFileSync(README, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, key = '', value = '', effect = '', where = '', tests = '']) => ({
    key: key.replaceAll('`', ''),
    value: value.replaceAll('`', ''),
    effect,
    where,
    tests,
  }));

describe('the table of keys', () => {
  it('has every key of the schemas, in their order, and no other', () => {
    const keys = [WebrtcConfig, MediaConfig].flatMap((schema) => leafPaths(schema));
    expect(rows.map(({ key }) => key)).toEqual(keys.map((path) => path.join('.')));
  });

  it.each(rows)('$key: default, effect, place and proof hold', ({ key, value, effect, where, tests }) => {
    const path = key.split('.');
    const schema = schemaAt(WebrtcConfig, path) ?? schemaAt(MediaConfig, path);
    const shipped = schema && defaultOf(schema);
    expect(value === ABSENT ? undefined : parse(value), 'the default').toEqual(shipped);
    expect(effect, 'an effect').not.toBe('');
    for (const place of where.split(', ')) expect(PLACES).toContain(place);
    if (tests === ABSENT) return;
    const files = [...tests.matchAll(/\]\(([^)]+\.test\.tsx?)\)/g)].map(([, file = '']) => file);
    expect(files, 'names tests, or says by a dash that there is none').not.toEqual([]);
    for (const file of files) expect(existsSync(new URL(file, README)), file).toBe(true);
  });
});
