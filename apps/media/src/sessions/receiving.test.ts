import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWER_VOLUME } from '@parley/protocol/token-bucket';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';

const fixture = useNode();

/** An answer that takes all of an offer, in its words. */
function accepting(offer: string): string {
  return offer
    .replaceAll('a=setup:actpass', 'a=setup:active')
    .replaceAll('a=sendonly', 'a=recvonly')
    .replace(/^a=(ice-lite|candidate:.*|end-of-candidates|msid:.*|ssrc.*)\r\n/gm, '');
}

describe.each(CARRIERS)('receiving over %s', (carrier) => {
  const { open, join } = fixture.over(carrier);

  it('one hears and sees the other, over offer and answer', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    const offers = bob.receive();
    const { tracks } = await alice.publish(['microphone', 'camera']);
    expect(
      tracks.map(({ source }) => source),
      'the answer names what is published',
    ).toEqual(['microphone', 'camera']);
    alice.send();
    const offer = await offers.next(() => true, 'the offer of both tracks');
    expect(
      offer.tracks.map(({ participantId, source }) => [participantId, source]),
      'a camera and a microphone come in one offer',
    ).toEqual([
      ['alice', 'microphone'],
      ['alice', 'camera'],
    ]);
    const streams = [...offer.sdp.matchAll(/^a=msid:(\S+)/gm)].map(([, stream]) => stream);
    expect(new Set(streams).size, 'camera and microphone share a stream, for lip sync').toBe(1);
    await until(
      () => tracks.every(({ trackId }) => (bob.received.get(trackId) ?? 0) > 20),
      'bob receives packets of both tracks',
    );
    expect(alice.received.size, 'alice has nothing to receive and gets nothing').toBe(0);

    await link.messages.next(
      (message) => message.type === 'media-state' && message.participantId === 'bob',
      'the word that bob is connected',
    );
    const states = link.messages.all.flatMap((message) =>
      message.type === 'media-state' ? [`${message.participantId} ${message.state}`] : [],
    );
    expect(states.sort(), 'each is told to be connected once').toEqual(['alice connected', 'bob connected']);
  });

  it('late joiners get what is there, and lose what ends', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const { tracks } = await alice.publish(['camera']);
    alice.send();
    const bob = await join(link, 'bob');
    const offers = bob.receive();
    const first = await offers.next(() => true, 'the offer of the camera');
    expect(first.tracks.map(({ trackId }) => trackId)).toEqual([tracks[0]?.trackId]);
    await until(() => bob.received.size > 0, 'bob receives the camera');

    link.sendClose('alice');
    const second = await offers.next(() => true, 'an offer without the camera', { from: 1 });
    expect(second.tracks, 'alice has left').toEqual([]);
    expect(second.sdp, 'the m-line that holds the transport stays, inactive').toMatch(/a=inactive/);
    await link.stats();
    expect(
      link.messages.all.filter(({ type }) => type === 'track-unpublished'),
      'that her tracks end with her session is no news for the Room',
    ).toEqual([]);

    const carol = await join(link, 'carol');
    await carol.publish(['microphone']);
    const third = await offers.next((offer) => offer.tracks.length > 0, 'an offer with carol', { from: 2 });
    expect(third.tracks[0]?.mid, 'a mid is never used again').not.toBe(first.tracks[0]?.mid);
  });

  it('offers nothing more to a client that does not answer, and sends it nothing', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const silent = await open(link, 'silent');
    await alice.publish(['microphone']);
    alice.send();
    await silent.event('offer');
    await alice.publish(['camera']);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const offers = silent.events.all.filter(({ type }) => type === 'offer');
    expect(offers, 'one offer is in flight, and stays so').toHaveLength(1);
    const { subscriptions } = await link.stats();
    expect(
      subscriptions.filter(({ bitrate }) => bitrate > 0),
      'nothing flows before an answer',
    ).toEqual([]);
  });

  it('takes an answer to the latest offer only', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await open(link, 'bob');
    await alice.publish(['microphone']);
    const { sdp } = await bob.event('offer');
    bob.request({ type: 'answer', offerId: 'another', sdp });
    await expect(bob.event('error')).resolves.toMatchObject({
      code: 'offer_not_found',
      requestType: 'answer',
    });
  });

  it('takes no offence at the same answer again: an offer that was repeated is answered twice', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    const offers = bob.receive();
    const { tracks } = await alice.publish(['microphone']);
    alice.send();
    const { offerId } = await offers.next(() => true, 'the offer');
    await until(() => bob.received.size > 0, 'bob has answered it');
    const from = bob.client.events.count;
    bob.client.request({ type: 'answer', offerId, sdp: 'the same again' });
    bob.client.request({ type: 'answer', offerId: 'another', sdp: '' });
    await expect(bob.client.event('error', { from })).resolves.toMatchObject({ code: 'offer_not_found' });
    expect(bob.client.events.all.slice(from), 'only what was never offered is refused').toHaveLength(1);
    const trackId = tracks[0]?.trackId ?? '';
    const before = bob.received.get(trackId) ?? 0;
    await until(() => (bob.received.get(trackId) ?? 0) > before + 5, 'media goes on');
  });

  it('offers no more than the client may answer, whatever others do', async () => {
    const link = await fixture.room();
    const [bob, restless] = [await open(link, 'bob'), await open(link, 'restless')];
    const on = readFixture('chromium', 'audio-only');
    const off = on.replace(/^a=(sendrecv|sendonly)/m, 'a=inactive');
    const filler = `a=x-filler:${'x'.repeat(10_000)}\r\n`.repeat(20);
    let answered = 0;
    const started = performance.now();
    for (let turn = 0; turn < 70; turn++) {
      restless.request({ type: 'offer', sdp: turn % 2 === 0 ? on : off });
      await sleep(60);
      const offers = bob.events.all.filter((event) => event.type === 'offer');
      for (const { offerId, sdp } of offers.slice(answered)) {
        bob.request({ type: 'answer', offerId, sdp: accepting(sdp) + filler });
      }
      answered = offers.length;
    }
    const seconds = (performance.now() - started) / 1000;
    const { rate, burst } = ANSWER_VOLUME;
    expect(answered).toBeGreaterThan(5);
    // The first counts little, and the last has its turn before it is answered.
    expect((answered - 2) * filler.length).toBeLessThanOrEqual(burst + rate * seconds);
    const errors = bob.events.all.filter(({ type }) => type === 'error');
    expect(errors, 'what is refused of his answers').toEqual([]);
  });

  it('a client without retransmissions is offered its tracks once more, without them, and then no more', async () => {
    const link = await fixture.room();
    const [bob, alice] = [await open(link, 'bob'), await open(link, 'alice')];
    alice.request({ type: 'offer', sdp: readFixture('chromium', 'audio-video') });
    const answer = async (count: number) => {
      const offers = () => bob.events.all.filter((event) => event.type === 'offer');
      await until(() => offers().length === count, `bob has ${count} offers`);
      const { offerId, sdp } = offers().at(-1) ?? { offerId: '', sdp: '' };
      const plain = accepting(sdp).replace(/^a=(rtpmap:\d+ rtx|fmtp:\d+ apt).*\r\n/gm, '');
      bob.request({ type: 'answer', offerId, sdp: plain });
      return sdp;
    };
    expect(await answer(1)).toContain(' rtx/');
    expect((await answer(2)).split(/^(?=m=)/m).at(-1)).not.toContain(' rtx/');
    const carol = await open(link, 'carol');
    carol.request({ type: 'offer', sdp: readFixture('chromium', 'audio-only') });
    const offered = () =>
      bob.events.all.flatMap((event) => (event.type === 'offer' ? [event.tracks.length] : []));
    await until(() => offered().includes(3), 'bob is offered what carol publishes');
    expect(offered(), 'tracks of each offer').toEqual([2, 2, 3]);
  });

  it('a broken answer leaves the offer open for a better one', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    await alice.publish(['microphone']);
    const { offerId } = await bob.client.event('offer');
    bob.client.request({ type: 'answer', offerId, sdp: 'v=1' });
    await expect(bob.client.event('error')).resolves.toMatchObject({ code: 'sdp_invalid' });
    await expect(bob.receive().next(() => true, 'the same offer, answered')).resolves.toMatchObject({
      offerId,
    });
  });

  it('a rejected m-line ends that track for this client, with a reason', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    bob.receive((sdp) => sdp.replace(/^m=video \d+/m, 'm=video 0'));
    const { tracks } = await alice.publish(['microphone', 'camera']);
    alice.send();
    const error = await bob.client.event('error');
    expect(error).toMatchObject({ code: 'codec_unsupported', requestType: 'answer' });
    expect(error.message, 'it says which').toContain(tracks[1]?.trackId);
    await until(() => (bob.received.get(tracks[0]?.trackId ?? '') ?? 0) > 5, 'bob hears alice all the same');
    expect(bob.received.get(tracks[1]?.trackId ?? ''), 'and sees nothing').toBeUndefined();
  });

  it('offers again where another m-line carries the transport than it said: Firefox needs the candidates there', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await open(link, 'bob');
    await alice.publish(['microphone', 'camera']);
    const first = await bob.event('offer');
    const from = bob.events.count;
    const sdp = first.sdp
      .replaceAll('a=setup:actpass', 'a=setup:active')
      .replaceAll('a=sendonly', 'a=recvonly')
      .replace(/^a=(candidate|msid|ssrc|end-of).*\r\n/gm, '')
      .replace(/^m=audio \d+/m, 'm=audio 0')
      .replace('a=group:BUNDLE 0 1', 'a=group:BUNDLE 1');
    bob.request({ type: 'answer', offerId: first.offerId, sdp });
    const second = await bob.event('offer', { from });
    expect(second.tracks.map(({ source }) => source)).toEqual(['camera']);
    expect(second.sdp).toMatch(/^a=group:BUNDLE 1\r$/m);
    bob.request({
      type: 'answer',
      offerId: second.offerId,
      sdp: sdp.replace(/^m=video \d+/m, 'm=video 9'),
    });
    await expect(bob.event('offer', { from: bob.events.count, ms: 300 }), 'once is enough').rejects.toThrow();
  });

  it('without the grant nothing is offered', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const grants = {
      publish: [],
      subscribe: false,
      data: false,
      record: false,
      moderate: false,
      maxBitrate: 1_000_000,
    };
    const bob = await open(link, 'bob', { grants });
    const carol = await open(link, 'carol');
    await alice.publish(['microphone']);
    await carol.event('offer');
    await expect(bob.event('offer', { ms: 150 }), 'bob may not subscribe').rejects.toThrow();
  });

  it('muted tracks stop and come back', async () => {
    const link = await fixture.room();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    bob.receive();
    const { tracks } = await alice.publish(['microphone']);
    const trackId = tracks[0]?.trackId ?? '';
    alice.send();
    await until(() => (bob.received.get(trackId) ?? 0) > 5, 'bob hears alice');
    link.send({ type: 'set-muted', participantId: 'alice', trackId, muted: true });
    await until(async () => {
      const before = bob.received.get(trackId);
      await new Promise((resolve) => setTimeout(resolve, 150));
      return bob.received.get(trackId) === before;
    }, 'nothing comes while alice is muted');
    link.send({ type: 'set-muted', participantId: 'alice', trackId, muted: false });
    const before = bob.received.get(trackId) ?? 0;
    await until(() => (bob.received.get(trackId) ?? 0) > before + 5, 'bob hears alice again');
  });
});

it('an offer whose answer does not arrive is made again, for a client that has answered before', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const bob = await fixture.join(link, 'bob');
  const offers = bob.receive();
  await alice.publish(['microphone']);
  alice.send();
  await until(() => bob.received.size > 0, 'bob receives');
  const from = offers.count;
  // Refused on its way: too much at once.
  const request = vi.spyOn(bob.client, 'request').mockImplementationOnce(() => undefined);
  await alice.publish(['camera']);
  const { offerId } = await offers.next(() => true, 'an offer of the camera', { from });
  await until(() => request.mock.calls.length === 1, 'bob has answered in vain');
  await offers.next((offer) => offer.offerId === offerId, 'the same offer again', { from: from + 1 });
  await until(() => bob.received.size === 2, 'bob receives the camera too');
});

it('the Room hears of a track before anybody is offered it', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  await link.open('bob');
  await alice.publish(['microphone']);
  await link.event('bob', 'offer');
  const published = link.messages.all.findIndex(({ type }) => type === 'track-published');
  const offered = link.messages.all.findIndex(
    (message) => message.type === 'session-event' && message.message.type === 'offer',
  );
  expect(published).toBeGreaterThan(-1);
  expect(published).toBeLessThan(offered);
});
