import { until } from '@parley/service/testing/inbox';
import type { Consumer, Producer, WebRtcTransport } from 'mediasoup/types';
import { describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

const fixture = useNode();

/**
 * Has bob's session end while the worker makes the `nth` thing on a transport, in a room where somebody is.
 *
 * @returns what the worker has made
 */
async function endMeanwhile(link: TestLink, method: 'consume' | 'produce', nth: number) {
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  const made: (Consumer | Producer)[] = [];
  let asked = 0;
  const meanwhile = async <T extends Consumer | Producer>(making: Promise<T>): Promise<T> => {
    asked += 1;
    if (asked === nth) media?.close('bob', 'The test ends it.');
    const one = await making;
    made.push(one);
    return one;
  };
  media?.routers[0]?.router.observer.on('newtransport', (transport) => {
    const { consume, produce } = transport as WebRtcTransport;
    if (method === 'consume') {
      vi.spyOn(transport, method).mockImplementation(
        (options) => meanwhile(consume.call(transport, options)) as never,
      );
    } else {
      vi.spyOn(transport, method).mockImplementation(
        (options) => meanwhile(produce.call(transport, options)) as never,
      );
    }
  });
  return made;
}

describe('what the worker makes for a session that ends meanwhile is closed:', () => {
  it('consumers', async () => {
    const link = await fixture.room();
    const alice = await fixture.over('relay').open(link, 'alice');
    alice.request({ type: 'offer', sdp: readFixture('chromium', 'audio-video') });
    await alice.event('answer');
    const consumers = await endMeanwhile(link, 'consume', 2);
    await link.open('bob');
    await until(() => consumers.length === 2, 'the worker has made both');
    await until(() => consumers.every(({ closed }) => closed), 'they are closed');
  });

  it('producers', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const producers = await endMeanwhile(link, 'produce', 2);
    const bob = await fixture.over('relay').open(link, 'bob');
    bob.request({ type: 'offer', sdp: readFixture('chromium', 'audio-video') });
    await until(() => producers.length === 2, 'the worker has made both');
    await until(() => producers.every(({ closed }) => closed), 'they are closed');
    expect((await link.stats()).tracks).toEqual([]);
  });
});
