import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

describe('createLogger', () => {
  it('writes JSON lines and leaves secrets out, also inside objects', () => {
    const lines: string[] = [];
    const logger = createLogger('info', 'node-1', { write: (line) => lines.push(line) });
    logger.info({ event: 'x', ticket: 'hunter2', command: { assignment: 'hunter2' } }, 'said');
    logger.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      node: 'node-1',
      event: 'x',
      msg: 'said',
    });
  });
});
