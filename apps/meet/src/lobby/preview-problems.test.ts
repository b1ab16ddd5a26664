import { CallError } from '@parley/client/call-error';
import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { previewProblems } from './preview-problems.ts';

const failed = (code: 'permission_denied' | 'device_not_found', device: 'camera' | 'microphone') =>
  ({ state: 'failed', error: new CallError(code, code, { device }) }) as const;
const off = { state: 'off' } as const;

describe('previewProblems', () => {
  it('says nothing while nothing failed', () => {
    expect(previewProblems(en, { camera: off, microphone: { state: 'starting' } })).toEqual([]);
  });

  it('says what each device lacks', () => {
    const state = {
      camera: failed('device_not_found', 'camera'),
      microphone: failed('permission_denied', 'microphone'),
    };
    expect(previewProblems(en, state)).toEqual([
      en.capture.device_not_found.camera,
      en.capture.permission_denied.microphone,
    ]);
  });

  it('says once that both are forbidden', () => {
    const state = {
      camera: failed('permission_denied', 'camera'),
      microphone: failed('permission_denied', 'microphone'),
    };
    expect(previewProblems(en, state)).toEqual([en.lobby.bothDenied]);
  });
});
