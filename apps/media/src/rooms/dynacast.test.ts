import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

it('a publisher hears which of its layers are watched: fewer after a while, more at once, and again on its next carrier', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  alice.simulcast = true;
  const { tracks } = await alice.publish(['microphone', 'camera']);
  alice.send();
  const camera = tracks.find(({ source }) => source === 'camera')?.trackId ?? '';
  const bob = await fixture.join(link, 'bob', { requestOffers: false });
  const offers = bob.receive();
  await offers.next(() => true, 'an offer to Bob');
  bob.client.request({ type: 'update-quality', quality: 'low' });
  const told = () => alice.client.events.all.filter(({ type }) => type === 'layers-watched');
  const watched = { type: 'layers-watched', roomId: link.roomId, trackId: camera };

  await until(() => told().length > 0, 'Alice hears that two layers are not watched', 15_000);
  expect(told()).toEqual([{ ...watched, layers: 1 }]);
  bob.client.request({ type: 'update-quality', quality: 'auto' });
  await until(() => told().length > 1, 'and that they are again');
  expect(told().at(-1)).toEqual({ ...watched, layers: 3 });

  const direct = await fixture.show(await link.ticket('alice'), 'alice');
  expect(await direct.event('layers-watched')).toEqual({ ...watched, layers: 3 });
  link.sendClose('bob');
  expect(await direct.event('layers-watched', { from: direct.events.count, ms: 15_000 })).toEqual({
    ...watched,
    layers: 0,
  });
});
