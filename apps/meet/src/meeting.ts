import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import { cameraConstraints, microphoneConstraints } from '@parley/client/capture';
import { connect } from '@parley/client/connect';
import type { JoinRequest } from './join-request.ts';
import { Notices } from './notices.ts';

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
export async function startMeeting(request: JoinRequest, signal: AbortSignal): Promise<Meeting> {
  const { room, name, tracks } = request;
  let call: Call;
  try {
    call = await connect(location.origin, { room, name, signal });
  } catch (error) {
    tracks.camera?.stop();
    tracks.microphone?.stop();
    throw error;
  }
  const notices = new Notices();
  call.on('error', ({ message }) => notices.add(message));
  call.on('quality-changed', ({ limitedBy }) => {
    if (limitedBy === 'single-layer') notices.add('Some cameras here send one quality only.');
  });
  for (const device of ['camera', 'microphone'] as const) {
    tell(notices, startDevice(call, device, request));
  }
  return { call, notices };
}

/** Shows what an action came to, if it came to nothing. */
export function tell(notices: Notices, action: Promise<void>): void {
  action.catch((error: unknown) => {
    if (error instanceof CallError) {
      // One's own leaving is no news.
      if (error.code !== 'call_ended') notices.add(error.message);
    } else {
      throw error;
    }
  });
}

async function startDevice(
  call: Call,
  device: 'camera' | 'microphone',
  { tracks, wanted }: JoinRequest,
): Promise<void> {
  const track = tracks[device];
  if (track !== undefined) {
    // The lobby did not know yet what this server wants.
    const settings = device === 'camera' ? cameraConstraints(call.media) : microphoneConstraints(call.media);
    await track.applyConstraints(settings).catch(() => undefined);
    await call.publish(device, track);
  } else if (wanted[device]) {
    await (device === 'camera' ? call.setCameraEnabled(true) : call.setMicrophoneEnabled(true));
  }
}
