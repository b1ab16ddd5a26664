import { until } from '@parley/service/testing/inbox';
import { it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

// Less time than audio takes, so that all that can be taken is; each room is far from the core that it may use.
const fixture = useNode({}, { cpuPerWorker: 0.0015, sampleMs: 250 });

const mediaOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;

it('the rooms of a worker without time lose video, not audio, though each is within its limit', async () => {
  const rooms = await Promise.all(
    ['a', 'b'].map(async () => {
      const link = await fixture.room();
      const alice = await fixture.join(link, 'alice');
      const { tracks } = await alice.publish(['microphone', 'camera']);
      const bob = await fixture.join(link, 'bob');
      await bob.receive().next((offer) => offer.tracks.length === 2, 'the offer of both');
      return { link, alice, bob, microphone: tracks[0]?.trackId ?? '' };
    }),
  );
  for (const { alice } of rooms) alice.send();
  const shed = () => rooms.map(({ link }) => mediaOf(link)?.shed);
  await until(() => shed().every((step) => step === 'no-cameras'), 'both have lost their cameras');
  for (const { bob, microphone } of rooms) {
    const heard = () => bob.received.get(microphone) ?? 0;
    const before = heard();
    await until(() => heard() > before + 50, 'audio flows on');
  }
});
