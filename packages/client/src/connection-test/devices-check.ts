import { CallError } from '../call-error.ts';
import { captureDevices } from '../capture.ts';
import type { Check } from './check.ts';
import { type DeviceFound, PASSED, type Reasons } from './result.ts';
import { orAborted } from './until.ts';

/** Whether camera and microphone can be had. Asks the person where the browser does. */
export const devicesCheck: Check<'devices'> = {
  name: 'devices',
  needs: 'browser',
  skip: ({ wants }) => (wants.has('devices') ? undefined : 'not-wanted'),
  async find({ signal }) {
    const capturing = captureDevices();
    const end = ({ camera, microphone }: Awaited<typeof capturing>) => {
      for (const device of [camera, microphone]) if (!(device instanceof CallError)) device.stop();
    };
    // Also when somebody answers the question only after the check was skipped.
    void capturing.then(end);
    const { camera, microphone } = await orAborted(capturing, signal);
    return { camera: found(camera), microphone: found(microphone) };
  },
  judge({ camera, microphone }) {
    const reasons = [reasonOf(camera), reasonOf(microphone)].filter((reason) => reason !== undefined);
    const worst = ORDER.find((reason) => reasons.includes(reason));
    if (worst === undefined) return PASSED;
    // Without a camera one can still talk, without both still listen.
    return { outcome: worst === 'no-device' ? 'warning' : 'failed', reason: worst };
  },
};

const ORDER: readonly Reasons['devices'][] = [
  'capture-unsupported',
  'permission-denied',
  'device-in-use',
  'capture-failed',
  'no-device',
];

function found(device: MediaStreamTrack | CallError): DeviceFound {
  return device instanceof CallError ? device.code : 'works';
}

function reasonOf(device: DeviceFound): Reasons['devices'] | undefined {
  switch (device) {
    case 'works':
      return undefined;
    case 'permission_denied':
      return 'permission-denied';
    case 'device_not_found':
      return 'no-device';
    case 'device_in_use':
      return 'device-in-use';
    case 'capture_unsupported':
      return 'capture-unsupported';
    default:
      return 'capture-failed';
  }
}
