import type { Participant, Track } from '@parley/protocol/track';
import { describe, expect, it, vi } from 'vitest';
import { GLANCE_MS } from './element-view.ts';
import { controlBrowser } from './testing/controlled-browser.ts';
import { FakeScreen } from './testing/fake-screen.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { direct, joinFakeRoom, relayed } from './testing/join-fake-room.ts';

controlBrowser();

const roomId = 'room';
const track = (trackId: string, source: Track['source'] = 'camera'): Track => ({
  trackId,
  kind: source === 'camera' ? 'video' : 'audio',
  source,
  codec: 'VP8',
  layers: 1,
  muted: false,
});
const ann: Participant = {
  participantId: 'ann',
  name: 'Ann',
  joinedAt: 0,
  tracks: [track('a1'), track('a2', 'microphone')],
};
const bob: Participant = { participantId: 'bob', name: 'Bob', joinedAt: 0, tracks: [track('b1')] };
const NOTHING = { width: 0, height: 0 };
const TILE = { width: 320, height: 180 };

async function room(options: Parameters<typeof joinFakeRoom>[2] = {}) {
  const screen = new FakeScreen();
  const joined = await joinFakeRoom({ participants: [ann, bob] }, relayed(1), options);
  /** What was said of tracks since the last look, by each request. */
  const views = (socket = joined.socket) =>
    socket.sent().flatMap((message) => (message.type === 'set-view' ? [message.tracks] : []));
  return { ...joined, screen, views, settle: (ms = 150) => vi.advanceTimersByTimeAsync(ms) };
}

describe('the server is told', () => {
  it('how large attached tracks are seen, once it has settled', async () => {
    const { call, screen, views, settle } = await room();
    await settle(1000);
    expect(views(), 'nothing of itself').toEqual([]);
    const element = screen.video();
    call.attach('a1', element);
    screen.show(element, 320, 180);
    await settle();
    expect(views()).toEqual([[{ trackId: 'a1', ...TILE }]]);
    for (let width = 321; width <= 400; width++) {
      screen.show(element, width, 180);
      await settle(10);
    }
    await settle();
    expect(views(), 'once, at the end').toEqual([[{ trackId: 'a1', width: 400, height: 180 }]]);
    screen.show(element, 400, 180);
    await settle();
    expect(views(), 'the same is no news').toEqual([]);
  });

  it('at once of what becomes visible, together with what does so with it', async () => {
    const { call, screen, views, settle } = await room();
    const [one, two] = [screen.video(), screen.video()];
    call.attach('a1', one);
    call.attach('b1', two);
    for (const element of [one, two]) screen.show(element, 320, 180, false);
    await settle();
    expect(views()).toEqual([
      [
        { trackId: 'a1', ...NOTHING },
        { trackId: 'b1', ...NOTHING },
      ],
    ]);
    await settle(100);
    screen.scroll(one, true);
    screen.scroll(two, true);
    // What follows does not put it off.
    screen.show(two, 300, 170);
    await settle(20);
    expect(views()).toEqual([
      [
        { trackId: 'a1', ...TILE },
        { trackId: 'b1', width: 300, height: 170 },
      ],
    ]);
  });

  it('of the largest of several elements, and of none that it is not visible', async () => {
    const { call, screen, views, settle } = await room();
    const [small, large] = [screen.video(), screen.video()];
    const detachSmall = call.attach('a1', small);
    const detachLarge = call.attach('a1', large);
    screen.show(small, 320, 180);
    screen.show(large, 1280, 720);
    await settle();
    expect(views()).toEqual([[{ trackId: 'a1', width: 1280, height: 720 }]]);
    detachLarge();
    await settle();
    expect(views()).toEqual([[{ trackId: 'a1', ...TILE }]]);
    detachSmall();
    detachSmall();
    await settle();
    expect(views()).toEqual([[{ trackId: 'a1', ...NOTHING }]]);
    expect(screen.observed).toBe(0);
  });

  it('what the application says of tracks that it shows by other means, and who is pinned', async () => {
    const { call, screen, views, settle } = await room();
    call.setView('a1', NOTHING);
    call.setPinned('b1', true);
    await settle();
    const any = { width: 3840, height: 2160 };
    expect(views()).toEqual([
      [
        { trackId: 'b1', ...any, pinned: true },
        { trackId: 'a1', ...NOTHING },
      ],
    ]);
    const element = screen.video();
    call.attach('a1', element);
    screen.show(element, 320, 180);
    call.setPinned('b1', false);
    await settle();
    expect(views()).toEqual([[{ trackId: 'a1', ...TILE }]]);
  });

  it('again by every new carrier and in every new session, and no longer of what is over', async () => {
    const { call, socket, screen, views, settle } = await room();
    for (const trackId of ['a1', 'b1']) {
      const element = screen.video();
      call.attach(trackId, element);
      screen.show(element, 320, 180);
    }
    await settle();
    const all = [
      { trackId: 'a1', ...TILE },
      { trackId: 'b1', ...TILE },
    ];
    expect(views()).toEqual([all]);
    socket.receive(relayed(2));
    await settle(0);
    expect(views()).toEqual([all]);
    socket.receive(direct(2));
    await settle(0);
    const node = FakeSocket.last ?? expect.fail('no socket to the node');
    node.open();
    await settle(0);
    expect(views(node)).toEqual([all]);
    socket.receive({ type: 'track-unpublished', roomId, participantId: 'bob', trackId: 'b1' });
    call.setPinned('a1', true);
    await settle();
    expect(views(node)).toEqual([[{ trackId: 'a1', ...TILE, pinned: true }]]);
  });

  it('no more often than it takes, however fast somebody scrolls', async () => {
    const { call, screen, views, settle } = await room();
    const element = screen.video();
    call.attach('a1', element);
    screen.show(element, 320, 180, false);
    await settle(1000);
    views();
    for (let i = 0; i < 50; i++) {
      screen.scroll(element, i % 2 === 0);
      await settle(20);
    }
    await settle(1000);
    const said = views();
    expect(said.length, 'in the second of it').toBeLessThanOrEqual(11);
    expect(said.at(-1), 'how it is in the end').toEqual([{ trackId: 'a1', ...NOTHING }]);
  });

  it('nothing more over a way that does not know the request', async () => {
    const { call, socket, screen, views, settle, heard } = await room();
    const element = screen.video();
    call.attach('a1', element);
    screen.show(element, 320, 180);
    await settle();
    expect(views()).toHaveLength(1);
    socket.receive({ type: 'error', code: 'unknown_type', message: 'Old.', requestType: 'set-view' });
    screen.show(element, 640, 360);
    await settle(1000);
    expect(views()).toEqual([]);
    expect(heard.filter(({ name }) => name === 'error')).toEqual([]);
  });

  it('nothing of sound, of unknown tracks, nor where the application does not want it', async () => {
    const { call, screen, views, settle } = await room();
    for (const trackId of ['a2', 'nobody’s']) {
      const element = screen.video();
      const detach = call.attach(trackId, element);
      screen.show(element, 320, 180);
      detach();
    }
    await settle();
    expect(views()).toEqual([]);
    call.leave();
    const plain = await room({ adaptiveStream: false });
    const element = plain.screen.video();
    plain.call.attach('a1', element);
    plain.screen.show(element, 320, 180);
    await settle();
    expect(plain.views()).toEqual([]);
  });

  it('nothing any more after the end', async () => {
    const { call, socket, screen, settle } = await room();
    const element = screen.video();
    const detach = call.attach('a1', element);
    screen.show(element, 320, 180);
    call.leave();
    socket.sent();
    screen.show(element, 640, 360);
    detach();
    await settle(GLANCE_MS);
    expect(socket.sent()).toEqual([]);
  });
});

/** The node offers a track of Ann's. */
const offered = (mid: string, trackId = 'a1') => ({
  type: 'offer' as const,
  roomId,
  offerId: mid,
  sdp: `${mid}:sendonly`,
  tracks: [{ mid, trackId, participantId: 'ann', kind: 'video' as const, source: 'camera' as const }],
});
const playing = ({ srcObject }: HTMLMediaElement) => (srcObject as MediaStream | null)?.getTracks();

it('an attached element plays the track, also one that comes later', async () => {
  const { call, socket, subscriber, screen, settle } = await room();
  const element = screen.video();
  const detach = call.attach('a1', element);
  expect(element.srcObject).toBeNull();
  socket.receive(offered('0'));
  await settle();
  expect(playing(element)).toEqual([call.remoteTracks.get('a1')?.track]);
  expect(playing(element)?.[0]).toBe(subscriber.getTransceivers()[0]?.receiver.track);
  detach();
  expect(element.srcObject).toBeNull();
});

it('what is attached before anybody has told of the track is watched from when it comes', async () => {
  const { call, socket, screen, views, settle } = await room();
  const element = screen.video();
  call.attach('a9', element);
  socket.receive(offered('0', 'a9'));
  await settle();
  screen.show(element, 320, 180);
  await settle();
  expect(views()).toEqual([[{ trackId: 'a9', ...TILE }]]);
});

it('an element plays what was attached last, and who attached before takes nothing from it', async () => {
  const { call, socket, screen, views, settle } = await room();
  const element = screen.video();
  const detach = call.attach('b1', element);
  screen.show(element, 320, 180);
  await settle();
  socket.receive(offered('0'));
  await settle();
  call.attach('a1', element);
  detach();
  screen.show(element, 320, 180);
  await settle();
  expect(playing(element)).toEqual([call.remoteTracks.get('a1')?.track]);
  expect(views().at(-1)).toEqual([
    { trackId: 'b1', ...NOTHING },
    { trackId: 'a1', ...TILE },
  ]);
});

it('an element that was only taken out of the page is not heard beside the next one', async () => {
  const { call, socket, screen, settle } = await room();
  const [old, fresh] = [screen.video(), screen.video()];
  call.attach('a1', old);
  socket.receive(offered('0'));
  await settle();
  const before = playing(old);
  Object.assign(old, { isConnected: false });
  socket.receive(relayed(2));
  call.attach('a1', fresh);
  socket.receive(offered('0'));
  await settle();
  const now = [call.remoteTracks.get('a1')?.track];
  expect(now).not.toEqual(before);
  expect([playing(old), playing(fresh)]).toEqual([before, now]);
  // It comes back into the page, and is seen.
  Object.assign(old, { isConnected: true });
  screen.show(old, 320, 180);
  expect(playing(old)).toEqual(now);
});

it('nothing is left that watches a track that is over, nor after the end', async () => {
  const { call, socket, screen, settle } = await room();
  call.attach('a1', screen.video());
  call.attach('b1', screen.video());
  expect(screen.observed).toBe(4);
  socket.receive({ type: 'track-unpublished', roomId, participantId: 'bob', trackId: 'b1' });
  expect(screen.observed).toBe(2);
  call.leave();
  call.attach('a1', screen.video());
  expect(screen.observed).toBe(0);
  await settle();
});
