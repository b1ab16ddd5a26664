import type { RecorderAbilities, RecorderLoad } from '@parley/protocol/recording/recorder-api';
import { describe, expect, it } from 'vitest';
import { chooseFinisher, chooseRecorder, type RecorderCandidate } from './choose-recorder.ts';

function recorder(
  id: string,
  load: Partial<RecorderLoad> = {},
  abilities: Partial<RecorderAbilities> = {},
): RecorderCandidate {
  return {
    id,
    facts: {
      abilities: { capture: true, finish: true, storage: 'disk', ...abilities },
      load: { recordings: 0, tracks: 0, finishing: 0, cpu: 0, freeBytes: 1e12, ...load },
    },
  };
}

describe('who records', () => {
  it('is the least loaded that can', () => {
    const candidates = [
      recorder('busy', { recordings: 2 }),
      recorder('full', { full: true }),
      recorder('finisher', {}, { capture: false }),
      recorder('loaded', { recordings: 1, tracks: 9 }),
      recorder('calm', { recordings: 1, tracks: 3 }),
    ];
    expect(chooseRecorder(candidates, [])?.id).toBe('calm');
    expect(chooseRecorder(candidates, ['calm'])?.id).toBe('loaded');
  });

  it('is one that is excluded where there is no other, and never one that cannot', () => {
    const only = recorder('only');
    expect(chooseRecorder([only, recorder('full', { full: true })], ['only'])?.id).toBe('only');
    expect(chooseRecorder([recorder('finisher', {}, { capture: false })], [])).toBeUndefined();
    expect(chooseRecorder([], [])).toBeUndefined();
  });

  it('does not depend on the order in which recorders came', () => {
    const both = [recorder('b'), recorder('a')];
    expect(chooseRecorder(both, [])?.id).toBe('a');
    expect(chooseRecorder(both.reverse(), [])?.id).toBe('a');
  });
});

describe('who finishes', () => {
  it('is anybody who shares the bucket, the least busy first', () => {
    const bucket = { storage: 'bucket' } as const;
    const candidates = [
      recorder('a', { finishing: 1 }, bucket),
      recorder('b', {}, { ...bucket, capture: false }),
      recorder('c', {}, { ...bucket, finish: false }),
    ];
    expect(chooseFinisher(candidates, ['a'], [])?.id).toBe('b');
    expect(chooseFinisher(candidates, ['a'], ['b'])?.id).toBe('a');
  });

  it('is who has it on its disk', () => {
    const candidates = [recorder('a'), recorder('b', { finishing: 3 })];
    expect(chooseFinisher(candidates, ['b'], [])?.id).toBe('b');
    expect(chooseFinisher(candidates, ['gone'], [])).toBeUndefined();
  });
});
