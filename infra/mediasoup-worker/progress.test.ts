import { describe, expect, it } from 'vitest';
import { formatSeconds, parseNinjaLine, streamProgress } from './progress.ts';

function record(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  return {
    written,
    progress: streamProgress(stream, () => time),
    wait: (ms: number) => {
      time += ms;
    },
  };
}

describe('streamProgress', () => {
  it('prints one line every few seconds into a log', () => {
    const { written, progress, wait } = record(false);
    progress.update('1 of 137');
    wait(1000);
    progress.update('2 of 137');
    progress.note('Something happened.');
    wait(4000);
    progress.update('3 of 137');
    expect(written).toEqual(['1 of 137\n', 'Something happened.\n', '3 of 137\n']);
  });

  it('updates one line on a terminal, no wider than it', () => {
    const { written, progress } = record(true);
    progress.update('1 of 137, and more than fits');
    progress.update('2 of 137');
    progress.note('Done.');
    const blank = (length: number) => `\r${' '.repeat(length)}\r`;
    expect(written).toEqual(['1 of 137, and more ', blank(19), '2 of 137', blank(8), 'Done.\n']);
  });
});

describe('parseNinjaLine', () => {
  it('reads the counter', () => {
    expect(parseNinjaLine('[12/137] Building CXX object main.cpp.o')).toEqual({ done: 12, total: 137 });
    expect(parseNinjaLine('src/main.cpp:3:1: warning: [12/137]')).toBeUndefined();
  });
});

describe('formatSeconds', () => {
  it('says minutes when there are any', () => {
    expect([7.4, 59.4, 59.9, 75, 600].map(formatSeconds)).toEqual([
      '7 s',
      '59 s',
      '1 min 0 s',
      '1 min 15 s',
      '10 min 0 s',
    ]);
  });
});
