import wrtc from '@roamhq/wrtc';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

it('a client that closes its PeerConnection is told to be gone, at once and once', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const connection = new wrtc.RTCPeerConnection();
  try {
    connection.addTransceiver(new wrtc.nonstandard.RTCAudioSource().createTrack(), { direction: 'sendonly' });
    await connection.setLocalDescription(await connection.createOffer());
    link.request('alice', { type: 'offer', sdp: connection.localDescription?.sdp ?? '' });
    const { sdp } = await link.event('alice', 'answer');
    await connection.setRemoteDescription({ type: 'answer', sdp });
    const state = async (wanted: string) =>
      await link.messages.next(
        (message) => message.type === 'media-state' && message.state === wanted,
        `media-state ${wanted}`,
      );
    await state('connected');
    connection.close();
    await state('disconnected');
    expect(link.messages.all.filter(({ type }) => type === 'media-state')).toHaveLength(2);
  } finally {
    connection.close();
  }
});
