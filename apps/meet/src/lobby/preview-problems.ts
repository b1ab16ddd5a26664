import type { CallError } from '@parley/client/call-error';
import type { PreviewDevice, PreviewState } from '@parley/react';

/** Why one device does not work, or both. */
export interface PreviewProblem {
  readonly devices: readonly PreviewDevice[];
  readonly error: CallError;
}

/** What is wrong with the devices of a preview: one problem where both are forbidden. */
export function previewProblems({ camera, microphone }: PreviewState): PreviewProblem[] {
  const cameraError = camera.state === 'failed' ? camera.error : undefined;
  const microphoneError = microphone.state === 'failed' ? microphone.error : undefined;
  if (cameraError?.code === 'permission_denied' && microphoneError?.code === 'permission_denied') {
    return [{ devices: ['camera', 'microphone'], error: cameraError }];
  }
  return [
    ...(cameraError ? [{ devices: ['camera'], error: cameraError } as const] : []),
    ...(microphoneError ? [{ devices: ['microphone'], error: microphoneError } as const] : []),
  ];
}
