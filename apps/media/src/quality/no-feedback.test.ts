import { until } from '@parley/service/testing/inbox';
import { observer } from 'mediasoup';
import type { TransportTraceEventData } from 'mediasoup/types';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode({ PARLEY_WEBRTC_START_BITRATE: '100000' });

/** How often the worker has told of its estimate, about once a second. */
let estimates = 0;
observer.on('newworker', (worker) => {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('trace', ({ type }: TransportTraceEventData) => {
        if (type === 'bwe') estimates += 1;
      });
    });
  });
});

it('who agrees to transport-cc and says nothing by it is sent what it always was: there is no estimate', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const { tracks } = await alice.publish(['camera']);
  alice.send();
  const trackId = tracks[0]?.trackId ?? '';
  const bob = await fixture.join(link, 'bob', { requestOffers: false });
  const offers = bob.receive();
  await offers.next(() => true, 'an offer to Bob');
  // A link that was too small would be known to be by then.
  await until(() => estimates >= 6, 'the worker tells of its estimate', 15_000);
  const before = bob.received.get(trackId) ?? 0;
  await until(() => (bob.received.get(trackId) ?? 0) > before + 50, 'video flows');
  expect(bob.client.events.all.filter(({ type }) => type === 'quality-changed')).toEqual([]);
});
