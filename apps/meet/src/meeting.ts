import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import { cameraConstraints, microphoneConstraints } from '@parley/client/capture';
import { errorText } from './i18n/error-text.ts';
import { currentTexts } from './i18n/texts.ts';
import type { JoinRequest } from './join-request.ts';
import type { Notices } from './notices.ts';
import { chosenDevices, receivedQuality } from './settings/settings.ts';

/**
 * Turns on what the lobby had on, and tells as notices what goes wrong in the call. A device that fails does not end
 * the meeting.
 */
export function beginMeeting(call: Call, notices: Notices, request: JoinRequest): void {
  call.on('error', (error) => notices.add(errorText(currentTexts(), error)));
  call.on('device-changed', ({ device, label, reason }) => {
    const { cameraReplaced, microphoneReplaced } = currentTexts().devices;
    if (reason === 'lost') notices.add((device === 'camera' ? cameraReplaced : microphoneReplaced)(label));
  });
  call.on('quality-changed', ({ limitedBy }) => {
    if (limitedBy === 'single-layer') notices.add(currentTexts().notices.singleLayer);
    if (limitedBy === 'server-load') notices.add(currentTexts().notices.serverLoad);
  });
  const wish = () => call.updateQuality(receivedQuality.current());
  // Without a wish it is `auto`.
  if (receivedQuality.current() !== 'auto') wish();
  call.on('closed', receivedQuality.subscribe(wish));
  void startDevices(call, notices, request);
}

/** Shows what an action came to, if it came to nothing. */
export function tell(notices: Notices, action: Promise<void>): void {
  action.catch((error: unknown) => {
    if (error instanceof CallError) {
      // One's own leaving is no news.
      if (error.code !== 'call_ended') notices.add(errorText(currentTexts(), error));
    } else {
      throw error;
    }
  });
}

async function startDevices(call: Call, notices: Notices, { tracks, wanted }: JoinRequest): Promise<void> {
  const { camera, microphone } = tracks;
  // What is turned on later is what was chosen, too.
  for (const device of ['camera', 'microphone'] as const) {
    const deviceId = chosenDevices[device].current();
    if (tracks[device] === undefined && deviceId !== '') tell(notices, call.switchDevice(device, deviceId));
  }
  // The lobby did not know yet what this server wants. Some cameras can only do what they do.
  await Promise.allSettled([
    camera?.applyConstraints(cameraConstraints(call.media)),
    microphone?.applyConstraints(microphoneConstraints(call.media)),
  ]);
  // In one go, so that they share an offer.
  if (camera !== undefined) tell(notices, call.publish('camera', camera));
  else if (wanted.camera) tell(notices, call.setCameraEnabled(true));
  const isWanted = microphone !== undefined && isProcessed(microphone, call.media.audio);
  if (microphone !== undefined && isWanted) tell(notices, call.publish('microphone', microphone));
  else if (microphone !== undefined || wanted.microphone) {
    microphone?.stop();
    tell(notices, call.setMicrophoneEnabled(true));
  }
}

/** Whether a microphone is captured as the server wants: Chromium cannot change that of one that runs. */
function isProcessed(track: MediaStreamTrack, wanted: Call['media']['audio']): boolean {
  const settings = track.getSettings();
  if (wanted.stereo && settings.channelCount === 1) return false;
  return (['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const).every(
    (key) => settings[key] === undefined || wanted[key] === undefined || settings[key] === wanted[key],
  );
}
