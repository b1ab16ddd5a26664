// @vitest-environment happy-dom
import { FakeTrack } from '@parley/client/testing/fake-media';
import { joinFakeRoom, settle, stubBrowser } from '@parley/client/testing/join-fake-room';
import { act, cleanup, fireEvent, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ParleyProvider, RoomAudio, VideoTrack } from './index.ts';

/** What each media element plays; the DOM of the tests takes none of the fakes. */
const playing = new Map<HTMLMediaElement, MediaStream | null>();
const play = vi.fn<() => Promise<void>>();

beforeEach(() => {
  stubBrowser();
  play.mockReset().mockResolvedValue();
  vi.spyOn(HTMLMediaElement.prototype, 'srcObject', 'set').mockImplementation(function (
    this: HTMLMediaElement,
    stream,
  ) {
    playing.set(this, stream as MediaStream | null);
  });
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(play);
});
afterEach(() => {
  cleanup();
  playing.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const tracksIn = (element: HTMLMediaElement | null | undefined) =>
  element && playing.get(element)?.getTracks();

it('plays a video with what the application says of it, and tells of its first frame', () => {
  const [camera, screen] = [new FakeTrack('video').asTrack(), new FakeTrack('video').asTrack()];
  const view = (track: MediaStreamTrack) => <VideoTrack track={track} className="tile" aria-label="Ann" />;
  const { container, rerender, unmount } = render(view(camera));
  const video = container.querySelector('video');
  expect(tracksIn(video)).toEqual([camera]);
  expect([video?.className, video?.getAttribute('aria-label'), video?.muted]).toEqual(['tile', 'Ann', true]);
  expect(video?.hasAttribute('data-shown')).toBe(false);
  if (video) fireEvent.loadedData(video);
  expect(video?.hasAttribute('data-shown')).toBe(true);
  rerender(view(screen));
  expect(tracksIn(video), 'another track in the same element').toEqual([screen]);
  expect(video?.hasAttribute('data-shown'), 'whose first frame is not there yet').toBe(false);
  unmount();
  expect(video && playing.get(video)).toBeNull();
});

it('attaches a video of somebody else’s, whose size the server is told, and not one’s own', async () => {
  const { call, socket } = await joinFakeRoom();
  const camera = { mid: '0', trackId: 'c', participantId: 'ann', kind: 'video', source: 'camera' } as const;
  socket.receive({ type: 'offer', roomId: 'room', offerId: 'o1', sdp: '0:sendonly', tracks: [camera] });
  await settle();
  const remote = call.remoteTracks.get('c')?.track ?? expect.fail('nothing arrives');
  const own = new FakeTrack('video').asTrack();
  const attach = vi.spyOn(call, 'attach');
  const view = (track: MediaStreamTrack) => (
    <ParleyProvider call={call}>
      <VideoTrack track={track} />
    </ParleyProvider>
  );
  const { container, rerender, unmount } = render(view(remote));
  const video = container.querySelector('video');
  expect(attach.mock.calls).toEqual([['c', video]]);
  expect(tracksIn(video)).toEqual([remote]);
  rerender(view(own));
  expect(tracksIn(video)).toEqual([own]);
  expect(attach).toHaveBeenCalledTimes(1);
  unmount();
  expect(video && playing.get(video)).toBeNull();
});

/** A room in which Ann talks. */
async function withVoice() {
  const room = await joinFakeRoom();
  const voice = {
    mid: '0',
    trackId: 'v',
    participantId: 'ann',
    kind: 'audio',
    source: 'microphone',
  } as const;
  room.socket.receive({ type: 'offer', roomId: 'room', offerId: 'o1', sdp: '0:sendonly', tracks: [voice] });
  await settle();
  const view = render(
    <ParleyProvider call={room.call}>
      <RoomAudio>
        <button type="button">sound on</button>
      </RoomAudio>
    </ParleyProvider>,
  );
  return { ...room, view };
}

it('plays everybody’s sound, and asks for nothing', async () => {
  const { socket, view } = await withVoice();
  expect([...playing.values()].filter(Boolean)).toHaveLength(1);
  expect(view.queryByRole('button')).toBeNull();
  await act(async () => {
    socket.receive({ type: 'offer', roomId: 'room', offerId: 'o2', sdp: '0:inactive', tracks: [] });
    await settle();
  });
  expect([...playing.values()].filter(Boolean), 'nobody talks any more').toHaveLength(0);
});

it('asks for a click where the browser wants one, until the sound plays', async () => {
  play.mockRejectedValueOnce(new DOMException('no click yet', 'NotAllowedError'));
  const { view } = await withVoice();
  const button = await view.findByRole('button');
  // What waits for the click is set up after the button was drawn.
  await act(settle);
  play.mockImplementationOnce(async () => {
    const audio = view.container.querySelector('audio');
    if (audio) fireEvent.playing(audio);
  });
  fireEvent.click(button);
  await vi.waitFor(() => expect(view.queryByRole('button')).toBeNull());
  expect(play).toHaveBeenCalledTimes(2);
});

it('does not ask because of an element that was taken away', async () => {
  play.mockRejectedValue(new DOMException('gone', 'AbortError'));
  const { view } = await withVoice();
  await settle();
  expect(view.queryByRole('button')).toBeNull();
});
