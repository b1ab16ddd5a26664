import { CallError } from '@parley/client/call-error';
import { describe, expect, it } from 'vitest';
import { previewProblems } from './preview-state.ts';

const failed = (code: 'permission_denied' | 'device_not_found', message: string) =>
  ({ state: 'failed', error: new CallError(code, message) }) as const;
const off = { state: 'off' } as const;

describe('previewProblems', () => {
  it('says nothing while nothing failed', () => {
    expect(previewProblems({ camera: off, microphone: { state: 'starting' } })).toEqual([]);
  });

  it('says what each device lacks', () => {
    const state = {
      camera: failed('device_not_found', 'No camera.'),
      microphone: failed('permission_denied', 'Not allowed.'),
    };
    expect(previewProblems(state)).toEqual(['No camera.', 'Not allowed.']);
  });

  it('says once that both are forbidden', () => {
    const denied = failed('permission_denied', 'Not allowed.');
    const problems = previewProblems({ camera: denied, microphone: denied });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/camera and microphone.*try again/);
  });
});
