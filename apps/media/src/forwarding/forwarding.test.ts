import type { SessionEvent } from '@parley/protocol/server-messages';
import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode();

type Change = Extract<SessionEvent, { type: 'quality-changed' }>;

/** One is forwarded of seven who publish a microphone, the last also a camera; `eve` receives. */
async function room() {
  const link = await fixture.room();
  const { join } = fixture.over('relay');
  const speakers: TestPeer[] = [];
  const microphones: string[] = [];
  let camera = '';
  for (let index = 0; index < 7; index++) {
    const peer = await join(link, `p${index}`);
    peer.level = -127;
    const { tracks } = await peer.publish(index === 6 ? ['microphone', 'camera'] : ['microphone']);
    peer.send();
    speakers.push(peer);
    microphones.push(tracks[0]?.trackId ?? '');
    camera = tracks[1]?.trackId ?? '';
  }
  link.send({ type: 'set-room-media', media: { forward: { loudest: 1 } } });
  const eve = await join(link, 'eve', { requestOffers: false });
  const offers = eve.receive();
  const packets = (trackId: string) => eve.received.get(trackId) ?? 0;
  /** Waits until these are heard and no others. */
  const hears = async (...expected: number[]) => {
    await until(async () => {
      const before = microphones.map(packets);
      await until(
        () => expected.every((index) => packets(microphones[index] ?? '') > (before[index] ?? 0) + 15),
        `eve hears ${expected}`,
      );
      const heard = microphones.map((id, index) => packets(id) - (before[index] ?? 0));
      return heard.every((count, index) => expected.includes(index) === count > 5);
    }, `eve hears ${expected} and nobody else`);
  };
  const changes = (trackId: string) =>
    eve.client.events.all.filter(
      (event): event is Change => event.type === 'quality-changed' && event.trackId === trackId,
    );
  return { link, speakers, microphones, camera, eve, offers, packets, hears, changes };
}

it('only the loudest are sent and only few offered; who speaks comes at once, and the pinned stay', async () => {
  const { link, speakers, microphones, camera, eve, offers, packets, hears, changes } = await room();
  await hears(0);
  const offered = () => offers.all.at(-1)?.tracks.map(({ trackId }) => trackId) ?? [];
  expect(offered(), 'one who is forwarded, and those who may be next').toEqual(microphones.slice(0, 6));
  await until(() => changes(microphones[1] ?? '').length > 0, 'eve is told why p1 is not heard');
  expect(changes(microphones[1] ?? '')).toMatchObject([{ limitedBy: 'room-size', paused: true }]);
  expect(changes(microphones[6] ?? ''), 'of what is not offered nothing is said').toEqual([]);

  eve.client.request({ type: 'update-quality', quality: 'low', trackId: camera });
  await until(() => changes(camera).length > 0, 'who asks is answered');
  expect(changes(camera)).toMatchObject([{ requested: 'low', limitedBy: 'room-size', paused: true }]);

  const [p0, , , , , , p6] = speakers;
  if (p0 === undefined || p6 === undefined) throw new Error('there are seven');
  p6.level = -30;
  await hears(6);
  expect(packets(camera), 'the picture comes with the voice').toBeGreaterThan(0);
  expect(offered(), 'the m-lines of the others are there still').toEqual(
    expect.arrayContaining([...microphones, camera]),
  );
  expect(changes(microphones[0] ?? '').at(-1)).toMatchObject({ limitedBy: 'room-size', paused: true });

  const pinned = [{ trackId: microphones[3] ?? '', width: 0, height: 0, pinned: true }];
  eve.client.request({ type: 'set-view', tracks: pinned });
  await hears(3, 6);
  p6.level = -127;
  p0.level = -24;
  await hears(0, 3);
  expect(changes(microphones[0] ?? '').at(-1), 'p0 is sent again').not.toHaveProperty('paused');
  eve.client.request({ type: 'set-view', tracks: [] });
  await hears(0);

  link.send({ type: 'set-room-media', media: {} });
  await hears(0, 1, 2, 3, 4, 5, 6);
});
