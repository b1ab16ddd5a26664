import { SendConnection } from '@parley/bots/send-connection';
import type { CaptureOrder } from '@parley/protocol/recording/capture';
import { until } from '@parley/service/testing/inbox';
import { afterEach, expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import { captureEvent, captureEvents, TestRecorder } from '../testing/test-recorder.ts';

const fixture = useNode();
const recorders: TestRecorder[] = [];
const senders: SendConnection[] = [];
const mediaOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
const page = async () => await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
const metric = async (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await page())?.[1]);

afterEach(async () => {
  for (const recorder of recorders.splice(0)) recorder.close();
  for (const sender of senders.splice(0)) sender.close();
  for (const { roomId } of fixture.node.rooms.rooms) {
    fixture.edge.links.all.find((link) => link.roomId === roomId)?.send({ type: 'close-room', roomId });
  }
  await expect.poll(() => metric('parley_transports'), { timeout: 5000 }).toBe(0);
  expect(await metric('parley_captures')).toBe(0);
});

async function listen(encrypted = false): Promise<TestRecorder> {
  const recorder = await TestRecorder.listen(encrypted);
  recorders.push(recorder);
  return recorder;
}

const order = (link: TestLink, what: CaptureOrder) => link.send({ type: 'capture', order: what });

/** Orders a capture to a recorder, which hears of its transports. */
async function capture(link: TestLink, recorder: TestRecorder, wishes: Partial<CaptureOrder> = {}) {
  const from = link.messages.count;
  order(link, recorder.order(wishes));
  const transport = await captureEvent(link, 'transport', { from });
  recorder.know(transport);
  return transport;
}

const trackOf = (link: TestLink, source: string, from = 0) =>
  captureEvent(link, 'track', { from, fits: (event) => event.source === source });

const flows = async (recorder: TestRecorder, ssrc: number) => {
  const before = recorder.count(ssrc);
  await until(() => recorder.count(ssrc) > before + 10, `${ssrc} flows`);
};

/** A participant with a camera in three layers, as bots have it, and a microphone. */
async function publishSimulcast(link: TestLink, name: string) {
  const client = link.client(name);
  await link.open(name);
  const sends = new SendConnection(name, {
    sources: ['microphone', 'camera'],
    audioRate: 50,
    videoRate: undefined,
    simulcast: true,
    audioLevel: undefined,
    camera: undefined,
    bindAddress: '127.0.0.1',
  });
  senders.push(sends);
  client.request({ type: 'offer', sdp: await sends.offer() });
  sends.answer((await client.event('answer')).sdp);
  return { client, sends };
}

it('a capture that comes before anybody gets what is published then, and what comes later, encrypted', async () => {
  const link = await fixture.room();
  const recorder = await listen(true);
  order(link, recorder.order());
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone']);
  alice.send();
  const transport = await captureEvent(link, 'transport');
  expect(transport).toMatchObject({ ip: '127.0.0.1', srtp: { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80' } });
  expect(transport.port).toBeGreaterThanOrEqual(41_000);
  expect(transport.port).toBeLessThanOrEqual(41_999);
  recorder.know(transport);
  const microphone = await trackOf(link, 'microphone');
  expect(microphone).toMatchObject({
    participantId: 'alice',
    transportId: transport.transportId,
    rtp: { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
    muted: false,
  });
  await flows(recorder, microphone.rtp.ssrc);
  await alice.publish(['camera']);
  const camera = await trackOf(link, 'camera');
  await flows(recorder, camera.rtp.ssrc);
  expect(recorder.packets.get(camera.rtp.ssrc)?.[0]?.payload.subarray(-600)).toEqual(Buffer.alloc(600, 7));
  expect(recorder.broken).toBe(0);
  expect(captureEvents(link).filter(({ type }) => type === 'transport')).toHaveLength(1);
  await until(async () => (await metric('parley_captured_tracks')) === 2, 'metrics say so');
  expect(await metric('parley_captures')).toBe(1);
  const { subscriptions } = await link.stats();
  expect(subscriptions, 'a recorder is no participant').toEqual([]);
});

it('a lost packet comes again on the same SSRC, of sound too', async () => {
  const link = await fixture.room();
  const recorder = await listen(true);
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone', 'camera']);
  alice.send();
  const transport = await capture(link, recorder);
  for (const source of ['microphone', 'camera']) {
    const { ssrc } = (await trackOf(link, source)).rtp;
    await flows(recorder, ssrc);
    const last = recorder.packets.get(ssrc)?.at(-1)?.sequence ?? 0;
    const lost = (last + 5) & 0xffff;
    recorder.drops.set(ssrc, new Set([lost]));
    const has = (sequence: number) =>
      recorder.packets.get(ssrc)?.some((packet) => packet.sequence === sequence) === true;
    await until(() => has((lost + 1) & 0xffff), 'the one after it is there');
    expect(has(lost)).toBe(false);
    recorder.nack(transport, ssrc, lost);
    await until(() => has(lost), `it came again, ${source}`);
  }
});

it('mute, unmute and end are told, and a muted track sends nothing', async () => {
  const link = await fixture.room();
  const recorder = await listen();
  const alice = await fixture.join(link, 'alice');
  const { tracks } = await alice.publish(['microphone']);
  alice.send();
  await capture(link, recorder);
  const { trackId, rtp } = await trackOf(link, 'microphone');
  expect(trackId).toBe(tracks[0]?.trackId);
  await flows(recorder, rtp.ssrc);
  link.send({ type: 'set-muted', participantId: 'alice', trackId, muted: true });
  expect(await captureEvent(link, 'track-muted')).toMatchObject({ trackId, muted: true });
  const from = link.messages.count;
  const before = recorder.count(rtp.ssrc);
  const sent = alice.sent;
  await until(() => alice.sent > sent + 20, 'she goes on sending');
  expect(recorder.count(rtp.ssrc) - before, 'what was on its way').toBeLessThan(10);
  order(link, recorder.order());
  expect(await trackOf(link, 'microphone', from), 'told again').toMatchObject({ trackId, muted: true });
  link.send({ type: 'set-muted', participantId: 'alice', trackId, muted: false });
  expect(await captureEvent(link, 'track-muted', { from })).toMatchObject({ trackId, muted: false });
  await flows(recorder, rtp.ssrc);
  link.sendClose('alice');
  expect(await captureEvent(link, 'track-ended')).toEqual({ type: 'track-ended', trackId });
});

it('only the order that holds is followed: same, stale, newer, end', async () => {
  const link = await fixture.room();
  const [first, second] = [await listen(), await listen()];
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone']);
  alice.send();
  const transport = await capture(link, first, { epoch: 2 });
  const { rtp } = await trackOf(link, 'microphone');
  await flows(first, rtp.ssrc);
  let from = link.messages.count;
  order(link, first.order({ epoch: 2 }));
  expect(await captureEvent(link, 'transport', { from }), 'nothing changes').toEqual(transport);
  order(link, second.order({ epoch: 1 }));
  link.send({ type: 'end-capture', recordingId: 'rec-1', epoch: 1 });
  await flows(first, rtp.ssrc);
  expect(captureEvents(link, 1)).toEqual([]);
  from = link.messages.count;
  await capture(link, second, { epoch: 3 });
  const later = await trackOf(link, 'microphone', from);
  expect(later.rtp.ssrc).not.toBe(rtp.ssrc);
  await flows(second, later.rtp.ssrc);
  const before = first.count(rtp.ssrc);
  await flows(second, later.rtp.ssrc);
  expect(first.count(rtp.ssrc), 'the one before gets nothing more').toBe(before);
  expect(captureEvents(link, 2).some(({ type }) => type.endsWith('ended'))).toBe(false);
  link.send({ type: 'end-capture', recordingId: 'rec-1', epoch: 3 });
  await until(() => mediaOf(link)?.capture === undefined, 'it is over');
  order(link, second.order({ epoch: 3 }));
  await link.stats();
  expect(mediaOf(link)?.capture, 'and does not begin again').toBeUndefined();
});

it('the top layer up to the quality, key frames from the publisher, and the publisher’s clock', async () => {
  const link = await fixture.room();
  const recorder = await listen();
  const { client, sends } = await publishSimulcast(link, 'alice');
  sends.setWatched(1);
  const transport = await capture(link, recorder);
  const camera = await trackOf(link, 'camera');
  const { trackId, rtp } = camera;
  const consumer = () =>
    mediaOf(link)?.capture?.tracks.find(({ track }) => track.source === 'camera')?.consumer;
  const { producer } = mediaOf(link)?.sessions.get('alice')?.published[1] ?? {};
  // Browsers begin with the low layers. From three reports on mediasoup tells by itself of no layer that begins.
  let reports = 0;
  producer?.on('trace', ({ type }) => {
    if (type === 'sr') reports += 1;
  });
  await until(() => reports > 3, 'reports of the lowest layer');
  expect(consumer()?.currentLayers?.spatialLayer).toBe(0);
  sends.setWatched(3);
  await until(() => consumer()?.currentLayers?.spatialLayer === 2, 'the top layer comes');
  await flows(recorder, rtp.ssrc);
  expect(
    client.events.all.some(({ type }) => type === 'layers-watched'),
    'nobody else watches',
  ).toBe(false);

  const asked = async () =>
    ((await producer?.getStats()) ?? []).reduce((sum, { pliCount }) => sum + pliCount, 0);
  const before = await asked();
  recorder.pli(transport, rtp.ssrc);
  await until(async () => (await asked()) > before, 'the publisher is asked for a key frame');

  const microphone = await trackOf(link, 'microphone');
  /** How far the clock that was told is from when packets of a track come, ms. */
  const errorOf = (id: string, ssrc: number, rate: number) => {
    const reports = captureEvents(link).flatMap((event) => (event.type === 'clocks' ? event.reports : []));
    const report = reports.findLast((one) => one.trackId === id);
    const packet = recorder.packets.get(ssrc)?.at(-1);
    if (report === undefined || packet === undefined) return Number.POSITIVE_INFINITY;
    const at = report.ntp + (((packet.timestamp - report.rtp) | 0) / rate) * 1000;
    return Math.abs(Date.now() - at);
  };
  // Timestamps begin anywhere in 13 hours, those of layers too.
  const isRight = () =>
    errorOf(trackId, rtp.ssrc, 90_000) < 500 &&
    errorOf(microphone.trackId, microphone.rtp.ssrc, 48_000) < 500;
  await until(isRight, 'both clocks are right');
  let from = link.messages.count;
  sends.setWatched(1);
  await until(() => consumer()?.currentLayers?.spatialLayer === 0, 'the layer that is left');
  await captureEvent(link, 'clocks', {
    from,
    fits: ({ reports }) => reports.some((one) => one.trackId === trackId),
  });
  await flows(recorder, rtp.ssrc);
  await until(isRight, 'another layer is told of at once');
  from = link.messages.count;
  sends.setWatched(3);
  await until(() => consumer()?.currentLayers?.spatialLayer === 2, 'the top layer again');
  await captureEvent(link, 'clocks', { from });
  await until(isRight, 'as it is');

  await mediaOf(link)?.shedTo('no-screens');
  await until(() => consumer()?.currentLayers?.spatialLayer === 0, 'with the load its layer goes');
  await flows(recorder, rtp.ssrc);
  await flows(recorder, microphone.rtp.ssrc);
  await mediaOf(link)?.shedTo('none');
  await until(() => consumer()?.currentLayers?.spatialLayer === 2, 'and comes back');
});

it('less quality takes less from the publisher, sound alone takes no video', async () => {
  const link = await fixture.room();
  const recorder = await listen();
  const { client } = await publishSimulcast(link, 'alice');
  await capture(link, recorder, { quality: 'low' });
  await trackOf(link, 'camera');
  const told = await client.event('layers-watched');
  expect(told.layers).toBe(1);
  const from = link.messages.count;
  await capture(link, recorder, { epoch: 2, audioOnly: true });
  await trackOf(link, 'microphone', from);
  expect(mediaOf(link)?.capture?.watched.size, 'no layer of it').toBe(0);
  expect(captureEvents(link, 2).filter((event) => event.type === 'track' && event.kind === 'video')).toEqual(
    [],
  );
});

it('a recorder that is gone harms nobody', async () => {
  const link = await fixture.room();
  const recorder = await TestRecorder.listen();
  const alice = await fixture.join(link, 'alice');
  const bob = await fixture.join(link, 'bob');
  bob.receive();
  const { tracks } = await alice.publish(['microphone']);
  alice.send();
  await capture(link, recorder);
  const { rtp } = await trackOf(link, 'microphone');
  await flows(recorder, rtp.ssrc);
  // Its port answers by ICMP from here on.
  recorder.close();
  const count = () => bob.received.get(tracks[0]?.trackId ?? '') ?? 0;
  const before = count();
  await until(() => count() > before + 50, 'bob goes on receiving');
  expect(mediaOf(link)?.capture?.tracks[0]?.consumer.closed).toBe(false);
  expect(captureEvents(link).some(({ type }) => type === 'failed' || type === 'transport-ended')).toBe(false);
});

it('a hundred starts and ends leave nothing', async () => {
  const link = await fixture.room();
  const recorder = await listen(true);
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone', 'camera']);
  alice.send();
  await link.stats();
  const open = async () => [await metric('parley_transports'), await metric('parley_consumers')];
  await expect.poll(open, { timeout: 5000 }).toEqual([1, 0]);
  for (let epoch = 1; epoch <= 100; epoch++) {
    order(link, recorder.order({ epoch }));
    // Some end before they have begun.
    if (epoch % 3 === 0) await captureEvent(link, 'track', { from: link.messages.count });
    if (epoch % 2 === 0) link.send({ type: 'end-capture', recordingId: 'rec-1', epoch });
  }
  link.send({ type: 'end-capture', recordingId: 'rec-1', epoch: 100 });
  await link.stats();
  await expect.poll(open, { timeout: 10_000 }).toEqual([1, 0]);
  await capture(link, recorder, { epoch: 101 });
  const { rtp } = await trackOf(link, 'camera', link.messages.count - 2);
  await flows(recorder, rtp.ssrc);
});
