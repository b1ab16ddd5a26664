import { describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

describe.each(CARRIERS)('over %s,', (carrier) => {
  const { open, join } = fixture.over(carrier);

  describe('rooms', () => {
    it('know nothing of each other', async () => {
      const [a, b] = [await fixture.room(), await fixture.room()];
      const alice = await join(a, 'alice');
      const anna = await join(a, 'anna');
      const bob = await open(b, 'bob');
      const offers = anna.receive();
      const { tracks } = await alice.publish(['camera']);
      const trackId = tracks[0]?.trackId ?? '';
      await offers.next(() => true, 'the offer inside the room');

      await expect(bob.event('offer', { ms: 200 }), 'nothing is offered to the other room').rejects.toThrow();
      bob.request({ type: 'update-quality', quality: 'low', trackId });
      await expect(bob.event('error'), 'a track of another room does not exist').resolves.toMatchObject({
        code: 'track_not_found',
        requestType: 'update-quality',
      });
      b.send({ type: 'set-muted', participantId: 'alice', trackId, muted: true });
      expect(await b.stats()).toEqual({ tracks: [], subscriptions: [] });
      expect((await a.stats()).tracks.map((track) => track.trackId)).toEqual([trackId]);
      expect(a.messages.all.some((message) => JSON.stringify(message).includes('"bob"'))).toBe(false);
      expect(b.messages.all.some((message) => JSON.stringify(message).includes(trackId))).toBe(false);
    });

    it('a ticket of one opens nothing in the other', async () => {
      const [a, b] = [await fixture.room(), await fixture.room()];
      b.sendOpen('alice', await a.ticket('alice'));
      expect(await b.sessionClosed('alice')).toBe('ticket_wrong_room');
    });
  });

  describe('update-quality', () => {
    it('chooses the layer, of all cameras or of one, and says what came of it', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const carol = await open(link, 'carol');
      const bob = await join(link, 'bob');
      const offers = bob.receive();
      alice.request({ type: 'offer', sdp: readFixture('chromium', 'simulcast') });
      carol.request({ type: 'offer', sdp: readFixture('firefox', 'audio-video') });
      const layered = (await alice.event('answer')).tracks[1]?.trackId;
      const plain = (await carol.event('answer')).tracks[1]?.trackId;
      await offers.next(({ tracks }) => tracks.length === 4, 'the offer of everything');

      const from = bob.client.events.count;
      bob.client.request({ type: 'update-quality', quality: 'low' });
      const changed = async (trackId: string | undefined, requested: string, after: number) =>
        await bob.client.events.next(
          (event) =>
            event.type === 'quality-changed' && event.trackId === trackId && event.requested === requested,
          `quality-changed to ${requested}`,
          { from: after },
        );
      await expect(changed(layered, 'low', from)).resolves.toMatchObject({ applied: 'low' });
      await expect(changed(plain, 'low', from), 'it says that it cannot').resolves.toMatchObject({
        applied: 'auto',
        limitedBy: 'single-layer',
      });
      const consumer = fixture.node.rooms.rooms
        .find(({ roomId }) => roomId === link.roomId)
        ?.media?.sessions.get('bob')
        ?.subscriptions.find(({ track }) => track.producer.id === layered)?.consumer;
      if (consumer === undefined) throw new Error('bob does not get the camera');
      const preferred = () => consumer.preferredLayers?.spatialLayer;
      const told = vi.spyOn(consumer, 'setPreferredLayers');
      expect(preferred(), 'the consumer is told').toBe(0);
      const later = bob.client.events.count;
      bob.client.request({ type: 'update-quality', quality: 'medium', ...(layered && { trackId: layered }) });
      await changed(layered, 'medium', later);
      expect(preferred()).toBe(1);
      bob.client.request({ type: 'update-quality', quality: 'high', ...(plain && { trackId: plain }) });
      await changed(plain, 'high', later);
      expect(told, 'nothing of what stays as it is').toHaveBeenCalledTimes(1);
    });

    it('holds for cameras that come later, and not for audio', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const bob = await join(link, 'bob');
      bob.receive();
      bob.client.request({ type: 'update-quality', quality: 'medium' });
      bob.client.request({ type: 'update-quality', quality: 'low', trackId: 'none' });
      await bob.client.event('error');
      const from = bob.client.events.count;
      alice.request({ type: 'offer', sdp: readFixture('chromium', 'simulcast') });
      const { tracks } = await alice.event('answer');
      await bob.client.event('offer');
      const room = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId);
      const layers = room?.media?.sessions
        .get('bob')
        ?.subscriptions.map(({ consumer }) => consumer.preferredLayers);
      expect(layers?.[1], 'the wish came before the camera').toMatchObject({ spatialLayer: 1 });
      bob.client.request({ type: 'update-quality', quality: 'low', trackId: tracks[0]?.trackId ?? '' });
      await expect(bob.client.event('error', { from }), 'a microphone has no layers').resolves.toMatchObject({
        code: 'track_not_found',
      });
    });

    it('holds for a camera whose consumer is just being made', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const bob = await join(link, 'bob');
      const offers = bob.receive();
      const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
      const asked = Promise.withResolvers<void>();
      media?.routers[0]?.router.observer.on('newtransport', (transport) => {
        const consume = transport.consume.bind(transport);
        vi.spyOn(transport, 'consume').mockImplementation(async (options) => {
          asked.resolve();
          const consumer = await consume(options);
          await new Promise((resolve) => setTimeout(resolve, 200));
          return consumer as never;
        });
      });
      alice.request({ type: 'offer', sdp: readFixture('chromium', 'simulcast') });
      await asked.promise;
      bob.client.request({ type: 'update-quality', quality: 'low' });
      await offers.next(() => true, 'the offer');
      await bob.client.event('quality-changed');
      const layers = media?.sessions
        .get('bob')
        ?.subscriptions.map(({ consumer }) => consumer.preferredLayers);
      expect(layers?.[1]).toMatchObject({ spatialLayer: 0 });
    });
  });
});
