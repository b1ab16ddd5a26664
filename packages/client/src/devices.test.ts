import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { captureCamera, captureDevices } from './capture.ts';
import { listDevices, type MediaDeviceLists, oppositeFacing, useSpeaker, watchDevices } from './devices.ts';
import { FakeDevices } from './testing/fake-devices.ts';
import { FakeStream, FakeTrack } from './testing/fake-media.ts';

let devices: FakeDevices;
beforeEach(() => {
  vi.useFakeTimers();
  devices = new FakeDevices('camera-1', 'microphone-1', 'speaker-1');
  vi.stubGlobal('navigator', { mediaDevices: devices });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const names = ({ cameras, microphones, speakers }: MediaDeviceLists) =>
  [...cameras, ...microphones, ...speakers].map(({ deviceId }) => deviceId);

it('lists devices by kind, without names as long as the browser hides them', async () => {
  for (const device of devices.all) device.label = '';
  expect(await listDevices()).toEqual({
    cameras: [{ deviceId: 'camera-1', groupId: '', label: undefined }],
    microphones: [{ deviceId: 'microphone-1', groupId: '', label: undefined }],
    speakers: [{ deviceId: 'speaker-1', groupId: '', label: undefined }],
  });
  vi.stubGlobal('navigator', {});
  expect(await listDevices()).toEqual({ cameras: [], microphones: [], speakers: [] });
});

it('tells what there is, and several changes at once as one, and nothing after it was ended', async () => {
  const told: string[][] = [];
  const stop = watchDevices((lists) => told.push(names(lists)));
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([['camera-1', 'microphone-1', 'speaker-1']]);
  devices.plugIn('microphone-2');
  devices.plugIn('speaker-2');
  devices.dispatchEvent(new Event('devicechange'));
  await vi.advanceTimersByTimeAsync(200);
  expect(told.slice(1)).toEqual([['camera-1', 'microphone-1', 'microphone-2', 'speaker-1', 'speaker-2']]);
  devices.dispatchEvent(new Event('devicechange'));
  await vi.advanceTimersByTimeAsync(200);
  expect(told, 'nothing has changed').toHaveLength(2);
  devices.pullOut('speaker-1');
  stop();
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('tells the names that a permission brought', async () => {
  for (const device of devices.all) device.label = '';
  const told: MediaDeviceLists[] = [];
  const stop = watchDevices((lists) => told.push(lists));
  await vi.advanceTimersByTimeAsync(0);
  for (const device of devices.all) device.label = 'named';
  await captureCamera();
  await vi.advanceTimersByTimeAsync(200);
  expect(told.map(({ cameras }) => cameras[0]?.label)).toEqual([undefined, 'named']);
  stop();
});

it('captures the chosen device, and another one when that is gone', async () => {
  devices.plugIn('camera-2');
  expect((await captureCamera({ deviceId: 'camera-2' })).getSettings().deviceId).toBe('camera-2');
  expect((await captureCamera({ deviceId: 'camera-9' })).getSettings().deviceId).toBe('camera-1');
  const { camera, microphone } = await captureDevices({
    camera: { deviceId: 'camera-2' },
    microphone: { deviceId: 'microphone-9' },
  });
  expect([camera, microphone]).toMatchObject([{ label: 'camera-2' }, { label: 'microphone-1' }]);
});

it('asks for the side of a phone that a camera looks to', async () => {
  const asked: unknown[] = [];
  devices.getUserMedia = async (constraints) => {
    asked.push(constraints.video);
    return new FakeStream([new FakeTrack('video')]);
  };
  await captureCamera({ facingMode: oppositeFacing(undefined) });
  expect(asked).toMatchObject([{ facingMode: { exact: 'environment' } }]);
  const back = new FakeTrack('video');
  back.getSettings = () => ({ facingMode: 'environment' });
  expect(oppositeFacing(back.asTrack())).toBe('user');
});

it('says what to do where a loudspeaker cannot be had', async () => {
  const element = (error?: DOMException) =>
    ({ setSinkId: () => (error ? Promise.reject(error) : Promise.resolve()) }) as unknown as HTMLMediaElement;
  await expect(useSpeaker(element(), 'a')).rejects.toMatchObject({ code: 'capture_unsupported' });
  vi.stubGlobal('HTMLMediaElement', { prototype: { setSinkId() {} } });
  await useSpeaker(element(), 'a');
  const gone = element(new DOMException('no', 'NotFoundError'));
  await expect(useSpeaker(gone, 'a')).rejects.toMatchObject({ code: 'device_not_found' });
  const denied = element(new DOMException('no', 'NotAllowedError'));
  await expect(useSpeaker(denied, 'a')).rejects.toMatchObject({ code: 'permission_denied' });
});
