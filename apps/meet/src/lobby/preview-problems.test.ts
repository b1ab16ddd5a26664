import { CallError } from '@parley/client/call-error';
import { describe, expect, it } from 'vitest';
import { previewProblems } from './preview-problems.ts';

const failed = (code: 'permission_denied' | 'device_not_found') =>
  ({ state: 'failed', error: new CallError(code, code) }) as const;
const off = { state: 'off' } as const;
const found = (...state: Parameters<typeof previewProblems>) =>
  previewProblems(...state).map(({ devices, error }) => [...devices, error.code]);

describe('previewProblems', () => {
  it('is nothing while nothing failed', () => {
    expect(found({ camera: off, microphone: { state: 'starting' } })).toEqual([]);
  });

  it('is what each device lacks', () => {
    expect(found({ camera: failed('device_not_found'), microphone: failed('permission_denied') })).toEqual([
      ['camera', 'device_not_found'],
      ['microphone', 'permission_denied'],
    ]);
  });

  it('is one where both are forbidden', () => {
    const denied = failed('permission_denied');
    expect(found({ camera: denied, microphone: denied })).toEqual([
      ['camera', 'microphone', 'permission_denied'],
    ]);
  });
});
