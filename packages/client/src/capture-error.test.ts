import { describe, expect, it } from 'vitest';
import { captureError } from './capture-error.ts';

const named = (name: string) => Object.assign(new Error('from the browser'), { name });

describe('captureError', () => {
  it.each([
    ['NotAllowedError', 'permission_denied'],
    ['NotFoundError', 'device_not_found'],
    ['NotReadableError', 'device_in_use'],
    ['InvalidStateError', 'capture_failed'],
  ])('%s → %s, with the cause and a next step', (name, code) => {
    const cause = named(name);
    const error = captureError('camera', cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toMatch(/camera.*(try again|Try again)/);
  });

  it('copes with what is no error', () => {
    expect(captureError('screen', 'odd')).toMatchObject({ code: 'capture_failed' });
  });
});
