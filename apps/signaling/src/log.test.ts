import { afterEach, expect, it, vi } from 'vitest';
import { Log } from './log.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('writes one JSON line an event, of its level and above', () => {
  const lines: unknown[] = [];
  for (const method of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => lines.push([method, line]));
  }
  const log = new Log('warn');
  log.debug('a', {});
  log.info('b', {});
  log.warn('c', { roomId: 'r' });
  log.error('d', { error: 'two\nlines' });
  expect(lines).toEqual([
    ['warn', '{"level":"warn","event":"c","roomId":"r"}'],
    ['error', '{"level":"error","event":"d","error":"two\\nlines"}'],
  ]);
  log.level = 'debug';
  log.debug('e', { session: 1, cid: undefined });
  expect(lines.at(-1)).toEqual(['log', '{"level":"debug","event":"e","session":1}']);
  log.level = 'silent';
  log.error('f', {});
  expect(lines).toHaveLength(3);
});
