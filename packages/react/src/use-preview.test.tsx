// @vitest-environment happy-dom
import { FakeStream, FakeTrack } from '@parley/client/testing/fake-media';
import { stubBrowser } from '@parley/client/testing/join-fake-room';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { usePreview } from './index.ts';

let captured: FakeTrack[] = [];

beforeEach(() => {
  stubBrowser();
  vi.stubGlobal('MediaStreamTrack', FakeTrack);
  captured = [];
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async ({ video, audio } = {}) => {
    const tracks = [...(video ? [new FakeTrack('video')] : []), ...(audio ? [new FakeTrack('audio')] : [])];
    captured.push(...tracks);
    return new FakeStream(tracks) as unknown as MediaStream;
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const BOTH = { camera: true, microphone: true };
const live = () => captured.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind);

async function preview() {
  const { result, unmount } = renderHook(() => usePreview(BOTH));
  await waitFor(() => expect(result.current.state.camera.state).toBe('on'));
  return { result, unmount };
}

it('starts both with one question, and stops what is turned off', async () => {
  const { result } = await preview();
  expect(navigator.mediaDevices.getUserMedia).toHaveBeenCalledTimes(1);
  act(() => result.current.toggle('camera'));
  expect(result.current.state.camera.state).toBe('off');
  expect(live()).toEqual(['audio']);
  act(() => result.current.toggle('camera'));
  await waitFor(() => expect(result.current.state.camera.state).toBe('on'));
  expect(live()).toEqual(['audio', 'video']);
});

it('stops everything when it goes, but not what was taken along', async () => {
  const first = await preview();
  first.unmount();
  expect(live()).toEqual([]);
  const second = await preview();
  const { camera, microphone } = second.result.current.take();
  second.unmount();
  expect(live()).toEqual(['video', 'audio']);
  expect([camera?.kind, microphone?.kind]).toEqual(['video', 'audio']);
});

it('stops a device that starts when nobody looks any more', async () => {
  const { unmount } = renderHook(() => usePreview(BOTH));
  unmount();
  await waitFor(() => expect(captured).toHaveLength(2));
  await waitFor(() => expect(live()).toEqual([]));
});

const idAsked = () => {
  const [constraints] = vi.mocked(navigator.mediaDevices.getUserMedia).mock.lastCall ?? [];
  return [constraints?.video, constraints?.audio].map(
    (of) => typeof of === 'object' && (of.deviceId as ConstrainDOMStringParameters | undefined)?.exact,
  );
};

it('begins with the devices that were chosen, and takes another at once where one is on', async () => {
  const { result } = renderHook(() => usePreview(BOTH, { camera: 'rear', microphone: 'headset' }));
  await waitFor(() => expect(result.current.state.camera.state).toBe('on'));
  expect(idAsked()).toEqual(['rear', 'headset']);
  act(() => result.current.choose('camera', 'front'));
  await waitFor(() => expect(result.current.state.camera.state).toBe('on'));
  expect(idAsked()).toEqual(['front', false]);
  expect(live()).toEqual(['audio', 'video']);
  act(() => result.current.toggle('microphone'));
  act(() => result.current.choose('microphone', 'desk'));
  expect(result.current.state.microphone.state, 'what is off stays off').toBe('off');
});

it('has one camera, however often another is chosen meanwhile', async () => {
  const { result } = await preview();
  act(() => result.current.choose('camera', 'a'));
  act(() => result.current.choose('camera', 'b'));
  act(() => result.current.toggle('microphone'));
  await waitFor(() => expect(live()).toEqual(['video']));
  expect(result.current.state.camera).toMatchObject({ state: 'on', track: captured.at(-1) });
});

it('starts another one in place of one that was unplugged', async () => {
  const { result } = await preview();
  const [camera] = captured;
  act(() => camera?.vanish());
  await waitFor(() => expect(result.current.state.camera).toMatchObject({ track: captured[2] }));
});

it('keeps why a device does not start', async () => {
  vi.mocked(navigator.mediaDevices.getUserMedia).mockRejectedValue(new DOMException('none', 'NotFoundError'));
  const { result } = renderHook(() => usePreview({ camera: true, microphone: false }));
  await waitFor(() => expect(result.current.state.camera.state).toBe('failed'));
  expect(result.current.state).toMatchObject({
    camera: { error: { code: 'device_not_found' } },
    microphone: { state: 'off' },
  });
});

it('starts nothing for a device that is unplugged after it was taken into the call', async () => {
  const { result } = await preview();
  const { camera } = result.current.take();
  act(() => (camera as unknown as FakeTrack).vanish());
  expect(navigator.mediaDevices.getUserMedia).toHaveBeenCalledTimes(1);
});

it('minds only the first `initial`', async () => {
  const { result, rerender } = renderHook((initial) => usePreview(initial), { initialProps: BOTH });
  await waitFor(() => expect(result.current.state.camera.state).toBe('on'));
  const { state } = result.current;
  rerender({ camera: false, microphone: true });
  expect(result.current.state).toBe(state);
  expect(live()).toEqual(['video', 'audio']);
});
