import type { PreviewState } from '@parley/react';
import { errorText } from '../i18n/error-text.ts';
import type { Texts } from '../i18n/texts.ts';

/** What to tell the person about devices that do not work: each message once. */
export function previewProblems(texts: Texts, { camera, microphone }: PreviewState): string[] {
  if (
    camera.state === 'failed' &&
    microphone.state === 'failed' &&
    camera.error.code === microphone.error.code &&
    camera.error.code === 'permission_denied'
  ) {
    return [texts.lobby.bothDenied];
  }
  return [camera, microphone].flatMap((device) =>
    device.state === 'failed' ? [errorText(texts, device.error)] : [],
  );
}
