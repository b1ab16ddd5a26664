import { MediaHistory } from '@parley/protocol/stats';
import { until } from '@parley/service/testing/inbox';
import { afterEach, expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import { HistorySampler, SAMPLE_MS, type SampledRoom } from './history-sampler.ts';
import { RoomHistory } from './room-history.ts';
import { HISTORY_MS } from './series.ts';

const fixture = useNode();
const samplers: HistorySampler[] = [];
afterEach(() => {
  for (const sampler of samplers.splice(0)) sampler.close();
});

/** A room's sessions, with a history of their own: the node's sampler keeps another. */
function sampled(link: TestLink): SampledRoom {
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  if (media === undefined) throw new Error(`the node has no media of ${link.roomId}`);
  return { sessions: media.sessions, history: new RoomHistory() };
}
/** A sampler whose clock is the test's: its own timer, whose time is earlier, finds nothing due. */
function samplerOf(...rooms: SampledRoom[]): HistorySampler {
  const onError = (error: unknown) => {
    throw error;
  };
  const sampler = new HistorySampler({ rooms: () => rooms, onError });
  samplers.push(sampler);
  return sampler;
}
const START = Date.now() + 3_600_000;

/** `alice` sends microphone and camera to `bob`. */
async function call() {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const { tracks } = await alice.publish(['microphone', 'camera']);
  alice.send();
  const bob = await fixture.join(link, 'bob', { requestOffers: false });
  bob.receive();
  await until(() => bob.received.size === 2, 'packets of both tracks');
  return { link, trackIds: tracks.map(({ trackId }) => trackId) };
}

it('keeps how tracks came in and went out, also of who has left, for five minutes', async () => {
  const { link, trackIds } = await call();
  const room = sampled(link);
  const sampler = samplerOf(room);
  const times = [0, 1, 2].map((i) => START + i * SAMPLE_MS);
  for (const now of times) await sampler.tick(now);

  const past = room.history.read({});
  expect(past.truncated).toBe(false);
  expect(past.tracks.map(({ trackId }) => trackId).sort()).toEqual(trackIds.sort());
  const [camera] = past.tracks.filter(({ source }) => source === 'camera');
  expect(camera).toMatchObject({ participantId: 'alice', kind: 'video', at: times, layers: [1, 1, 1] });
  expect(camera?.bitrate.at(-1), 'bit/s of what alice sends').toBeGreaterThan(0);
  const [seen] = past.subscriptions.filter(({ trackId }) => trackId === camera?.trackId);
  expect(seen).toMatchObject({ participantId: 'bob', at: times, spatialLayer: [0, 0, 0] });
  expect(seen?.bitrate.at(-1)).toBeGreaterThan(0);
  expect(seen?.score.at(-1)).toBeGreaterThan(0);

  expect(room.history.read({ participantId: 'bob' })).toMatchObject({
    tracks: [],
    subscriptions: { length: 2 },
  });
  link.sendClose('alice');
  await until(() => room.sessions.size === 1, 'alice has left');
  await sampler.tick(START + 3 * SAMPLE_MS);
  const ofAlice = room.history.read({ participantId: 'alice' });
  expect(ofAlice.tracks, 'her tracks are still there').toHaveLength(2);
  await sampler.tick(START + 3 * SAMPLE_MS + HISTORY_MS);
  expect(room.history.read({})).toMatchObject({ tracks: [], subscriptions: [] });
});

it('samples no room more often than it should, and whoever has waited longest first', async () => {
  const [first, second] = [sampled((await call()).link), sampled((await call()).link)];
  const sampler = samplerOf(first, second);
  const counts = () => [first, second].map(({ history }) => history.read({}).tracks[0]?.at.length ?? 0);
  await sampler.tick(START);
  expect(counts()).toEqual([1, 1]);
  await sampler.tick(START + SAMPLE_MS - 1);
  expect(counts(), 'it is not their turn').toEqual([1, 1]);
  await sampler.tick(START + SAMPLE_MS);
  expect(counts()).toEqual([2, 2]);
});

it('is the node’s to keep, and the Room’s to ask for', async () => {
  const { link, trackIds } = await call();
  expect((await link.stats()).history, 'only for who asks').toBeUndefined();
  await expect
    .poll(async () => MediaHistory.parse((await link.stats({})).history).tracks.length, { timeout: 10_000 })
    .toBe(trackIds.length);
});
