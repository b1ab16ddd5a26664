import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ThrottledLog } from './throttled-log.ts';

describe('ThrottledLog', () => {
  it('shows one event of a cause a second, and how many it did not show', () => {
    const lines: { event: string; notShown?: number }[] = [];
    const log = new ThrottledLog(pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) }));
    for (let at = 0; at < 1500; at += 100) log.info('joined', {}, 'somebody joined', at);
    log.info('left', {}, 'somebody left', 1500);
    expect(lines.map(({ event, notShown }) => [event, notShown])).toEqual([
      ['joined', undefined],
      ['joined', 9],
      ['left', undefined],
    ]);
  });
});
