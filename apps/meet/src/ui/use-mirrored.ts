import { useSetting } from '../settings/setting.ts';
import { mirror } from '../settings/settings.ts';

/** Whether one's own camera is shown as in a mirror: as the person likes it, but not what a phone sees on its back. */
export function useMirrored(camera: MediaStreamTrack | undefined): boolean {
  return useSetting(mirror) === 'on' && camera?.getSettings().facingMode !== 'environment';
}
