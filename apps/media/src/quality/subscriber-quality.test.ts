import { openGrants } from '@parley/protocol/grants';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import { until } from '@parley/service/testing/inbox';
import { observer } from 'mediasoup';
import type { RtpObserver, WebRtcTransport } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

const fixture = useNode({
  PARLEY_WEBRTC_START_BITRATE: '700000',
  PARLEY_WEBRTC_MAX_RECEIVE_BITRATE: '4000000',
  PARLEY_WEBRTC_PUBLISH_START_BITRATE: '1200000',
});

/** Transports by the id of what is consumed or produced on them. */
const carriers = new Map<string, WebRtcTransport>();
observer.on('newworker', (worker) => {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', ({ id }) => carriers.set(id, transport as WebRtcTransport));
      transport.observer.on('newproducer', ({ id }) => carriers.set(id, transport as WebRtcTransport));
    });
  });
});

/** Those that measure who speaks. */
const levelObservers: RtpObserver[] = [];
observer.on('newworker', (worker) => {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newrtpobserver', (one) => void levelObservers.push(one));
  });
});

const mediaRoom = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media ?? expect.fail('no media');
const session = (link: TestLink, participantId: string) =>
  mediaRoom(link).sessions.get(participantId) ?? expect.fail(`no session of ${participantId}`);

/** `alice` sends a microphone and a camera of three layers, `bob` receives them. */
async function call(options?: RoomMediaOptions) {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  if (options) link.send({ type: 'set-room-media', media: options });
  alice.simulcast = true;
  const answer = await alice.publish(['microphone', 'camera']);
  alice.send();
  const bob = await fixture.join(link, 'bob', { requestOffers: false });
  const offers = bob.receive();
  await offers.next(({ tracks }) => tracks.length === 2, 'both tracks');
  await until(() => bob.received.size === 2, 'packets of both tracks');
  const consumer = (source: string) =>
    session(link, 'bob').subscriptions.find(({ track }) => track.source === source)?.consumer ??
    expect.fail(`no ${source}`);
  return { link, alice, bob, answer, consumer };
}

/** The bounds on the transport that carries something. */
async function boundsOf(id: string) {
  const [stats] = (await carriers.get(id)?.getStats()) ?? [];
  const { maxIncomingBitrate, minOutgoingBitrate, maxOutgoingBitrate } = stats ?? {};
  return { maxIncomingBitrate, minOutgoingBitrate, maxOutgoingBitrate };
}

describe('views', () => {
  it('choose the layer, and what is not shown is not sent; sound goes on', async () => {
    const { bob, consumer } = await call();
    const camera = consumer('camera');
    const trackId = camera.producerId;
    const show = (width: number, height: number) =>
      bob.client.request({ type: 'set-view', tracks: [{ trackId, width, height }] });
    const wanted = () => camera.preferredLayers?.spatialLayer;
    expect(wanted(), 'nothing is assumed of one who says nothing').toBe(2);

    show(320, 180);
    await until(() => wanted() === 0, 'a small tile gets the lowest layer');
    show(640, 360);
    await until(() => wanted() === 1, 'a larger one the next');
    show(0, 0);
    await until(() => camera.paused, 'what is not visible is paused');
    expect(consumer('microphone').paused).toBe(false);
    const before = bob.received.get(trackId) ?? 0;
    show(1280, 720);
    await until(() => !camera.paused && wanted() === 2, 'it comes back, in full');
    await until(() => (bob.received.get(trackId) ?? 0) > before, 'packets flow again');

    const told = bob.client.events.all.filter(({ type }) => type === 'quality-changed');
    expect(told, 'what a client does itself is no news to it').toEqual([]);
  });

  it('hold beside wishes: the lower counts, and a view that is no longer said counts no more', async () => {
    const { bob, consumer } = await call();
    const camera = consumer('camera');
    const trackId = camera.producerId;
    bob.client.request({ type: 'set-view', tracks: [{ trackId, width: 640, height: 360 }] });
    bob.client.request({ type: 'update-quality', quality: 'low' });
    const event = await bob.client.event('quality-changed');
    expect(event).toMatchObject({ requested: 'low', applied: 'low' });
    expect(camera.preferredLayers?.spatialLayer).toBe(0);
    bob.client.request({ type: 'update-quality', quality: 'high' });
    await until(() => camera.preferredLayers?.spatialLayer === 1, 'the view holds');
    bob.client.request({ type: 'set-view', tracks: [] });
    await until(() => camera.preferredLayers?.spatialLayer === 2, 'the wish alone');
  });

  it('of tracks that are gone or still to come are no error', async () => {
    const { bob, consumer } = await call();
    const { producerId: trackId } = consumer('camera');
    const tracks = [
      { trackId: 'gone', width: 10, height: 10 },
      { trackId, width: 0, height: 0 },
    ];
    bob.client.request({ type: 'set-view', tracks });
    await until(() => consumer('camera').paused, 'the others count');
    expect(bob.client.events.all.filter(({ type }) => type === 'error')).toEqual([]);
  });
});

describe('a tight link', () => {
  it('has who speaks measured, and no longer once its session has ended, whatever was under way then', async () => {
    const from = levelObservers.length;
    const { link } = await call({ maxReceiveBitrate: 60_000 });
    await until(() => levelObservers.length > from, 'it matters who speaks', 15_000);
    const applied = session(link, 'bob').limitVideo({ quality: 'auto', paused: [] });
    mediaRoom(link).close('bob', 'The test ends it.');
    await applied;
    await until(() => levelObservers.slice(from).every(({ closed }) => closed), 'nobody measures any more');
  });
});

describe('in a room that forwards the loudest', () => {
  it('others are not sent, which is said, and come back', async () => {
    const { link, bob, consumer } = await call();
    const lines = new Set(['alice']);
    session(link, 'bob').forward({ participants: new Set(), lines });
    await until(() => consumer('camera').paused && consumer('microphone').paused, 'both are paused');
    const event = await bob.client.event('quality-changed');
    expect(event).toMatchObject({ limitedBy: 'room-size', paused: true });
    const from = bob.client.events.count;
    session(link, 'bob').forward({ participants: lines, lines });
    await until(() => !consumer('camera').paused && !consumer('microphone').paused, 'both are sent');
    expect(await bob.client.event('quality-changed', { from })).not.toHaveProperty('limitedBy');
  });
});

describe('bitrates are bounded', () => {
  it('from the start, by the configuration', async () => {
    const { answer, consumer } = await call();
    expect(answer.sdp).toContain('x-google-start-bitrate=1200');
    expect(await boundsOf(consumer('camera').id)).toEqual({
      minOutgoingBitrate: 100_000,
      maxOutgoingBitrate: 4_000_000,
    });
  });

  it('by the room, at once and for those who come', async () => {
    const { link, alice, consumer, answer } = await call();
    const camera = answer.tracks.find(({ source }) => source === 'camera')?.trackId ?? '';
    expect((await boundsOf(camera)).maxIncomingBitrate).toBe(5_000_000);
    link.send({ type: 'set-room-media', media: { maxBitrate: 900_000, maxReceiveBitrate: 60_000 } });
    const sent = async () => (await boundsOf(camera)).maxIncomingBitrate === 900_000;
    const received = async () => (await boundsOf(consumer('camera').id)).maxOutgoingBitrate === 60_000;
    await expect.poll(async () => (await sent()) && (await received())).toBe(true);
    expect((await boundsOf(consumer('camera').id)).minOutgoingBitrate, 'not above it').toBe(60_000);
    const again = await alice.publish([]);
    expect(again.sdp).toContain('b=TIAS:900000');

    const second = await call({ maxReceiveBitrate: 2_000_000 });
    expect(await boundsOf(second.consumer('camera').id)).toMatchObject({ maxOutgoingBitrate: 2_000_000 });
  });

  it('by grants, which may be given and taken back', async () => {
    const { link, consumer } = await call({ maxReceiveBitrate: 3_000_000 });
    const grant = (maxReceiveBitrate?: number) => {
      const grants = { ...openGrants(5_000_000), ...(maxReceiveBitrate && { maxReceiveBitrate }) };
      link.send({ type: 'set-grants', participantId: 'bob', session: link.session('bob'), grants });
    };
    const most = async () => (await boundsOf(consumer('camera').id)).maxOutgoingBitrate;
    grant(1_000_000);
    await expect.poll(most).toBe(1_000_000);
    grant();
    await expect.poll(most).toBe(3_000_000);
  });
});
