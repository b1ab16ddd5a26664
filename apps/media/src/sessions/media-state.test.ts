import { expect, it } from 'vitest';
import { publishFromLibwebrtc } from '../testing/libwebrtc-peer.ts';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

it('a client that closes its PeerConnection is told to be gone, at once and once', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const alice = await publishFromLibwebrtc(link, 'alice');
  const state = async (wanted: string) =>
    await link.messages.next(
      (message) => message.type === 'media-state' && message.state === wanted,
      `media-state ${wanted}`,
    );
  await state('connected');
  alice.close();
  await state('disconnected');
  expect(link.messages.all.filter(({ type }) => type === 'media-state')).toHaveLength(2);
});
