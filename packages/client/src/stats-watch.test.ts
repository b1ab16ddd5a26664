import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CallStats } from './call-stats.ts';
import { StatsWatch } from './stats-watch.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { type FakeRoom, joinFakeRoom, relayed, stubBrowser } from './testing/join-fake-room.ts';
import { recordedStats } from './testing/stats-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A room in which Ann's microphone arrives. */
async function withAnn(): Promise<FakeRoom> {
  const room = await joinFakeRoom();
  const ann = { participantId: 'ann', name: 'Ann', joinedAt: 0, tracks: [] };
  room.socket.receive({ type: 'participant-joined', roomId: 'room', participant: ann });
  const track = { trackId: 'a', kind: 'audio', source: 'microphone', codec: 'opus', layers: 1 } as const;
  room.socket.receive({
    type: 'track-published',
    roomId: 'room',
    participantId: 'ann',
    track: { ...track, muted: false },
  });
  room.socket.receive({
    type: 'offer',
    roomId: 'room',
    offerId: 'o1',
    sdp: '1:sendonly',
    tracks: [{ mid: '1', trackId: 'a', participantId: 'ann', kind: 'audio', source: 'microphone' }],
  });
  await vi.advanceTimersByTimeAsync(10);
  return room;
}

/** Has the browser report what Chromium once did, the second look twice as long after the first. */
function reporting(connection: FakePeerConnection) {
  const [first, second] = recordedStats('chromium');
  const looks = vi.fn(
    async () => new Map((looks.mock.calls.length === 1 ? first : second).receiving.entries),
  );
  connection.getStats = looks;
  return looks;
}

it('measures once a second for all who listen, and not while nobody does', async () => {
  const { call, subscriber } = await withAnn();
  const looks = reporting(subscriber);
  const heard: CallStats[][] = [[], []];
  const [first, second] = heard.map((list) => call.on('stats', (stats) => list.push(stats)));
  await vi.advanceTimersByTimeAsync(2500);
  expect(looks).toHaveBeenCalledTimes(3);
  expect(heard.map((list) => list.length)).toEqual([3, 3]);
  expect(call.stats).toEqual(heard[0]);
  expect(call.stats[1]?.received.get('a')).toMatchObject({ participantId: 'ann', packets: 103 });
  first?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(looks).toHaveBeenCalledTimes(4);
  second?.();
  await vi.advanceTimersByTimeAsync(3000);
  expect(looks).toHaveBeenCalledTimes(4);
  expect(call.stats, 'what was measured is still known').toHaveLength(4);
});

it('spares the look for the report of the call, which every other look serves too', async () => {
  const { call, subscriber } = await withAnn();
  const looks = reporting(subscriber);
  call.on('stats', () => undefined);
  await vi.advanceTimersByTimeAsync(20_500);
  expect(looks).toHaveBeenCalledTimes(21);
});

it('keeps three minutes', async () => {
  const [report] = recordedStats('firefox');
  const watch = new StatsWatch({
    report: async () => ({ ...report, at: performance.now() }),
    participants: () => new Map(),
    isPaused: () => false,
    measured: () => undefined,
    qualityChanged: () => undefined,
  });
  watch.want('stats', true);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(watch.history).toHaveLength(180);
  expect((watch.history.at(-1)?.at ?? 0) - (watch.history[0]?.at ?? 0)).toBe(179_000);
  watch.want('stats', false);
});

it('begins anew with another media session, whose counters do', async () => {
  const { call, socket, subscriber } = await withAnn();
  reporting(subscriber);
  call.on('stats', () => undefined);
  await vi.advanceTimersByTimeAsync(1500);
  socket.receive(relayed(2));
  const looks = reporting(FakePeerConnection.all[2] ?? subscriber);
  await vi.advanceTimersByTimeAsync(1000);
  expect(looks).toHaveBeenCalled();
  expect(call.stats.at(-1)?.sent).toEqual([]);
});

it('tells how everybody comes through, and when that changes', async () => {
  const { call, socket, subscriber } = await withAnn();
  reporting(subscriber);
  const heard: unknown[] = [];
  call.on('connection-quality', (change) => heard.push(change));
  await vi.advanceTimersByTimeAsync(1500);
  expect(call.connectionQuality).toEqual(
    new Map([
      ['me', 'good'],
      ['ann', 'good'],
    ]),
  );
  // The second report again and again: no packet comes any more.
  await vi.advanceTimersByTimeAsync(6000);
  expect(heard).toEqual([
    { participantId: 'me', quality: 'good' },
    { participantId: 'ann', quality: 'good' },
    { participantId: 'ann', quality: 'lost' },
  ]);
  const before = call.connectionQuality;
  socket.receive({ type: 'track-muted', roomId: 'room', participantId: 'ann', trackId: 'a', muted: true });
  await vi.advanceTimersByTimeAsync(3000);
  expect(heard.slice(3)).toEqual([{ participantId: 'ann', quality: undefined }]);
  expect(call.connectionQuality, 'another map').not.toBe(before);
  const after = call.connectionQuality;
  await vi.advanceTimersByTimeAsync(3000);
  expect(call.connectionQuality, 'the same one').toBe(after);
  call.leave();
  expect(vi.getTimerCount()).toBe(0);
});

it('does not call lost what the server pauses, or what was muted until just now', async () => {
  const { call, socket, subscriber } = await withAnn();
  reporting(subscriber);
  call.on('connection-quality', () => undefined);
  await vi.advanceTimersByTimeAsync(1500);
  const change = {
    type: 'quality-changed',
    roomId: 'room',
    trackId: 'a',
    requested: 'auto',
    applied: 'auto',
  } as const;
  socket.receive({ ...change, limitedBy: 'server-load', paused: true });
  expect(call.remoteTracks.get('a')?.paused).toBe('server-load');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(call.connectionQuality.get('ann'), 'paused').toBeUndefined();
  socket.receive(change);
  expect(call.remoteTracks.get('a')).not.toHaveProperty('paused');
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.connectionQuality.get('ann'), 'the first look after it').toBe('good');
  socket.receive({ type: 'track-muted', roomId: 'room', participantId: 'ann', trackId: 'a', muted: true });
  await vi.advanceTimersByTimeAsync(10_000);
  socket.receive({ type: 'track-muted', roomId: 'room', participantId: 'ann', trackId: 'a', muted: false });
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.connectionQuality.get('ann'), 'the first look after a mute').toBe('good');
  await vi.advanceTimersByTimeAsync(4000);
  expect(call.connectionQuality.get('ann'), 'nothing came for long').toBe('lost');
});

it('does not blame who was not among the loudest, also when they are again', async () => {
  const { call, socket, subscriber } = await withAnn();
  reporting(subscriber);
  call.on('connection-quality', () => undefined);
  await vi.advanceTimersByTimeAsync(1500);
  const change = {
    type: 'quality-changed',
    roomId: 'room',
    trackId: 'a',
    requested: 'auto',
    applied: 'auto',
  } as const;
  socket.receive({ ...change, limitedBy: 'room-size', paused: true });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(call.connectionQuality.get('ann'), 'not forwarded').toBeUndefined();
  socket.receive(change);
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.connectionQuality.get('ann'), 'the pause may count as a freeze').toBeUndefined();
  await vi.advanceTimersByTimeAsync(2000);
  expect(call.connectionQuality.get('ann')).toBe('good');
});

it('takes a picture that is not shown, or has just been shown again, neither for lost nor for frozen', async () => {
  const { call, socket, subscriber } = await withAnn();
  const track = { trackId: 'v', kind: 'video', source: 'camera', codec: 'VP8', layers: 1 } as const;
  socket.receive({
    type: 'track-published',
    roomId: 'room',
    participantId: 'ann',
    track: { ...track, muted: false },
  });
  socket.receive({
    type: 'offer',
    roomId: 'room',
    offerId: 'o2',
    sdp: '0:sendonly 1:stopped',
    tracks: [{ mid: '0', trackId: 'v', participantId: 'ann', kind: 'video', source: 'camera' }],
  });
  const counts = { packetsReceived: 0, freezeCount: 0 };
  subscriber.getStats = async () =>
    new Map([['v', { id: 'v', type: 'inbound-rtp', kind: 'video', mid: '0', ...counts }]]);
  call.on('connection-quality', () => undefined);
  const seconds = (count: number) => vi.advanceTimersByTimeAsync(1000 * count);
  const flow = async (count: number) => {
    for (let second = 0; second < count; second++) {
      counts.packetsReceived += 100;
      await seconds(1);
    }
  };
  await flow(3);
  expect(call.connectionQuality.get('ann')).toBe('good');
  call.setView('v', { width: 0, height: 0 });
  await seconds(10);
  expect(call.connectionQuality.get('ann'), 'not shown').toBeUndefined();
  call.setView('v', { width: 320, height: 180 });
  counts.freezeCount = 3;
  await flow(4);
  expect(call.connectionQuality.get('ann'), 'shown again').toBe('good');
  expect(call.stats.map(({ received }) => received.get('v')?.freezes)).not.toContain(3);
  counts.freezeCount = 6;
  await flow(3);
  expect(call.connectionQuality.get('ann'), 'frozen in earnest').toBe('poor');
});
