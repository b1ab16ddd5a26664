import { afterEach, describe, expect, it, vi } from 'vitest';
import { captureError, captureUnsupported } from './capture-error.ts';

afterEach(() => vi.unstubAllGlobals());

const named = (name: string, message = 'from the browser') => Object.assign(new Error(message), { name });

describe('captureError', () => {
  it.each([
    ['NotAllowedError', 'permission_denied'],
    ['SecurityError', 'permission_denied'],
    ['NotFoundError', 'device_not_found'],
    ['OverconstrainedError', 'device_not_found'],
    ['NotReadableError', 'device_in_use'],
    ['AbortError', 'device_in_use'],
    ['InvalidStateError', 'capture_failed'],
    ['NotSupportedError', 'capture_unsupported'],
    ['TypeError', 'capture_failed'],
  ])('%s → %s, with the cause and a next step', (name, code) => {
    for (const device of ['camera', 'microphone', 'screen'] as const) {
      const cause = named(name);
      const error = captureError(device, cause);
      expect(error).toMatchObject({ code, cause, device });
      expect(error.message).toMatch(/screen|camera|microphone/);
      if (device !== 'screen') expect(error.message).toMatch(new RegExp(`${device}.*[Tt]ry an?[go]`));
    }
  });

  it('tells the system’s refusal from the person’s', () => {
    const error = captureError('camera', named('NotAllowedError', 'Permission denied by system'));
    expect(error.message).toContain('privacy settings');
  });

  it('says who has to allow what a page’s policy forbids', () => {
    vi.stubGlobal('document', { featurePolicy: { allowsFeature: (name: string) => name !== 'camera' } });
    const refused = named('NotAllowedError');
    expect(captureError('camera', refused).message).toContain('Permissions-Policy has to allow camera');
    expect(captureError('microphone', refused).message).toContain('site settings');
    vi.stubGlobal('parent', {});
    expect(captureError('camera', refused).message).toContain('allow="camera"');
  });

  it('says that a page needs HTTPS', () => {
    vi.stubGlobal('isSecureContext', false);
    expect(captureUnsupported('camera').message).toContain('https://');
    vi.stubGlobal('isSecureContext', true);
    expect(captureUnsupported('camera').message).toContain('another');
  });

  it('knows an error by its name, also where the browser’s is no Error', () => {
    expect(captureError('camera', { name: 'OverconstrainedError' }).code).toBe('device_not_found');
  });

  it('copes with what is no error', () => {
    for (const odd of [undefined, null, {}]) expect(captureError('screen', odd).code).toBe('capture_failed');
    expect(captureError('screen', 'odd')).toMatchObject({ code: 'capture_failed' });
  });
});
