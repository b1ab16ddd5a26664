import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { until } from '@parley/service/testing/inbox';
import wrtc from '@roamhq/wrtc';
import { afterEach, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';

const fixture = useNode();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A way to the node that can be interrupted. */
async function relayTo(port: number): Promise<{ port: number; interrupted: boolean }> {
  const [near, far] = [createSocket('udp4'), createSocket('udp4')];
  const relay = { port: 0, interrupted: false };
  let client = 0;
  const pass = (through: Socket, packet: Buffer, to: number) => {
    if (!relay.interrupted && to !== 0) through.send(packet, to, '127.0.0.1');
  };
  near.on('message', (packet, from) => {
    client = from.port;
    pass(far, packet, port);
  });
  far.on('message', (packet) => pass(near, packet, client));
  for (const socket of [near, far]) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closing.push(() => socket.close());
  }
  relay.port = (near.address() as AddressInfo).port;
  return relay;
}

const ufrag = (sdp: string) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];

it('a subscriber whose network fails is offered new credentials, and comes back with them', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  const router = media?.routers[0]?.router;
  if (router === undefined) throw new Error('the room has no media');
  // Half a minute of silence is long for a test; less than ten seconds the worker does not take.
  const create = router.createWebRtcTransport.bind(router);
  router.createWebRtcTransport = (options) => create({ ...options, iceConsentTimeout: 10 });
  await link.open('bob', { requestOffers: false });
  link.request('alice', { type: 'offer', sdp: readFixture('chromium', 'audio-only') });

  const bob = new wrtc.RTCPeerConnection();
  closing.push(() => bob.close());
  let relay: { port: number; interrupted: boolean } | undefined;
  const answer = async (offer: { offerId: string; sdp: string }) => {
    const port = Number(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host/m.exec(offer.sdp)?.[1]);
    relay ??= await relayTo(port);
    const through = offer.sdp
      .replaceAll(`127.0.0.1 ${port} typ host`, `127.0.0.1 ${relay.port} typ host`)
      .replace(/^a=candidate:.* tcp .*\r\n/gm, '');
    await bob.setRemoteDescription({ type: 'offer', sdp: through });
    await bob.setLocalDescription(await bob.createAnswer());
    const sdp = bob.localDescription?.sdp ?? '';
    link.request('bob', { type: 'answer', offerId: offer.offerId, sdp });
  };
  const states = () =>
    link.messages.all.flatMap((message) =>
      message.type === 'media-state' && message.participantId === 'bob' ? [message.state] : [],
    );

  const first = await link.event('bob', 'offer');
  await answer(first);
  await until(() => states().at(-1) === 'connected', 'bob is connected');
  if (relay !== undefined) relay.interrupted = true;
  const from = link.messages.count;
  const restart = await link.event('bob', 'offer', { from, ms: 20_000 });
  expect(states()).toEqual(['connected', 'disconnected']);
  expect(ufrag(restart.sdp)).not.toBe(ufrag(first.sdp));
  expect(restart.tracks, 'nothing else has changed').toEqual(first.tracks);
  if (relay !== undefined) relay.interrupted = false;
  await answer(restart);
  await until(() => states().at(-1) === 'connected', 'bob is back');
  expect(media?.sessions.get('bob')?.subscriptions.map(({ consumer }) => consumer.paused)).toEqual([false]);
}, 45_000);

it('one who asks is offered new credentials at once, and nothing before there is anything to receive', async () => {
  const link = await fixture.room();
  await link.open('alice');
  await link.open('bob', { requestOffers: false });
  const bob = new wrtc.RTCPeerConnection();
  closing.push(() => bob.close());
  const answer = async ({ offerId, sdp }: { offerId: string; sdp: string }) => {
    await bob.setRemoteDescription({ type: 'offer', sdp });
    await bob.setLocalDescription(await bob.createAnswer());
    link.request('bob', { type: 'answer', offerId, sdp: bob.localDescription?.sdp ?? '' });
  };
  const client = link.client('bob');
  const offers = () => client.events.all.filter(({ type }) => type === 'offer').length;
  link.request('bob', { type: 'restart-ice' });
  await link.stats();
  expect(client.events.all).toEqual([]);

  link.request('alice', { type: 'offer', sdp: readFixture('chromium', 'audio-only') });
  const first = await client.event('offer');
  link.request('bob', { type: 'restart-ice' });
  await link.stats();
  expect(offers(), 'while an offer is open it waits').toBe(1);
  await answer(first);
  const restart = await client.event('offer', { from: client.events.count });
  expect(ufrag(restart.sdp)).not.toBe(ufrag(first.sdp));
  expect(restart.tracks, 'nothing else has changed').toEqual(first.tracks);
  await answer(restart);
  await until(() => bob.connectionState === 'connected', 'bob is connected with them');
});
