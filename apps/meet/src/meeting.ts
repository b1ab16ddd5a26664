import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import { cameraConstraints, microphoneConstraints } from '@parley/client/capture';
import { connect } from '@parley/client/connect';
import { errorText } from './i18n/error-text.ts';
import { currentTexts } from './i18n/texts.ts';
import type { JoinRequest } from './join-request.ts';
import { Notices } from './notices.ts';
import { tokenOf } from './room-link.ts';

/** A call and what the page keeps beside it. */
export interface Meeting {
  readonly call: Call;
  readonly notices: Notices;
}

/**
 * Joins, then turns on what the lobby had on. A device that fails does not end the meeting: it is told as a notice.
 *
 * @throws {CallError} if there is no joining
 */
export async function startMeeting(
  request: JoinRequest,
  signal: AbortSignal,
  onWaiting: () => void,
): Promise<Meeting> {
  const { room, name, tracks } = request;
  let call: Call;
  try {
    const token = tokenOf(location);
    call = await connect(location.origin, { room, name, signal, onWaiting, ...(token && { token }) });
  } catch (error) {
    tracks.camera?.stop();
    tracks.microphone?.stop();
    throw error;
  }
  const notices = new Notices();
  const meeting = { call, notices };
  call.on('error', (error) => notices.add(errorText(currentTexts(), error)));
  call.on('quality-changed', ({ limitedBy }) => {
    if (limitedBy === 'single-layer') notices.add(currentTexts().notices.singleLayer);
    if (limitedBy === 'server-load') notices.add(currentTexts().notices.serverLoad);
  });
  void startDevices(meeting, request);
  return meeting;
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

async function startDevices({ call, notices }: Meeting, { tracks, wanted }: JoinRequest): Promise<void> {
  const { camera, microphone } = tracks;
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

/** Whether a microphone is processed as the server wants: Chromium cannot change that of one that runs. */
function isProcessed(track: MediaStreamTrack, wanted: Call['media']['audio']): boolean {
  const settings = track.getSettings();
  return (['echoCancellation', 'noiseSuppression'] as const).every(
    (key) => settings[key] === undefined || settings[key] === wanted[key],
  );
}
