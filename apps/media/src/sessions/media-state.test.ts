import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { publishFromLibwebrtc } from '../testing/libwebrtc-peer.ts';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

it('a client that closes its PeerConnection is told to have done so, at once and once', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const alice = await publishFromLibwebrtc(link.client('alice'));
  const state = async (wanted: string) =>
    await link.messages.next(
      (message) => message.type === 'media-state' && message.state === wanted,
      `media-state ${wanted}`,
    );
  await state('connected');
  alice.close();
  await state('closed');
  expect(link.messages.all.filter(({ type }) => type === 'media-state')).toHaveLength(2);
});

it('a client whose PeerConnection was replaced by one that does not connect is not connected', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const alice = await publishFromLibwebrtc(link.client('alice'));
  const states = () =>
    link.messages.all.flatMap((message) => (message.type === 'media-state' ? [message.state] : []));
  await until(() => states().length > 0, 'alice is connected');
  link.request('alice', { type: 'offer', sdp: readFixture('firefox', 'audio-video') });
  await until(() => states().length > 1, 'the Room is told');
  expect(states()).toEqual(['connected', 'disconnected']);
  alice.close();
});
