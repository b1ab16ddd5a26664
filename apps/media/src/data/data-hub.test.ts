import { MAX_DATA_BYTES, MAX_LOSSY_DATA_BYTES } from '@parley/protocol/data-channels';
import { openGrants } from '@parley/protocol/grants';
import { DATA_MESSAGES, DATA_VOLUME } from '@parley/protocol/token-bucket';
import { until } from '@parley/service/testing/inbox';
import type { DataProducer, DirectTransport, Router } from 'mediasoup/types';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import { TestPeer } from '../testing/test-peer.ts';
import { DataAllowance } from './data-allowance.ts';
import type { DataOwner } from './data-end.ts';
import { DataHub } from './data-hub.ts';

const fixture = useNode();
const GRANTS = openGrants(5_000_000);

/** A participant with data channels that are open, and nothing else where no sources are named. */
async function join(link: TestLink, participantId: string, sources: 'microphone'[] = []) {
  const peer = await fixture.join(link, participantId);
  const data = peer.openData();
  const answer = await peer.publish(sources);
  await data.opened();
  return { peer, client: peer.client, data, answer };
}

const media = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;

const anything = () => true;

it('a message goes to everybody else in the room and to nobody in another', async () => {
  const [link, other] = [await fixture.room(), await fixture.room()];
  const [alice, bob, carol, dave] = await Promise.all([
    join(link, 'alice', ['microphone']),
    join(link, 'bob'),
    join(link, 'carol'),
    join(other, 'dave'),
  ]);
  expect(alice.answer.sdp).toMatch(/^m=application 9 .*\r$[\s\S]*^a=sctp-port:5000\r$/m);
  alice.data.send('reliable', { topic: 'cursor', text: true }, 'hello');
  for (const { data } of [bob, carol]) {
    const message = await data.received.next(anything, 'the message');
    expect(message).toMatchObject({ from: 'alice', topic: 'cursor', text: true, reliability: 'reliable' });
    expect(message.payload.toString()).toBe('hello');
  }
  // What comes after it comes first to whom it does not concern.
  bob.data.send('reliable', {}, 'second');
  expect(await alice.data.received.next(anything, 'the second')).toMatchObject({ from: 'bob' });
  expect(dave.data.received.count).toBe(0);
});

it('a lossy message takes the lossy channel', async () => {
  const link = await fixture.room();
  const [alice, bob] = await Promise.all([join(link, 'alice'), join(link, 'bob')]);
  alice.data.send('lossy', {}, new Uint8Array(MAX_LOSSY_DATA_BYTES).fill(7));
  const message = await bob.data.received.next(anything, 'the message');
  expect(message).toMatchObject({ from: 'alice', reliability: 'lossy' });
  expect(message.payload).toHaveLength(MAX_LOSSY_DATA_BYTES);
  expect(message).not.toHaveProperty('topic');
});

it('a message of the largest size arrives whole', async () => {
  const link = await fixture.room();
  const [alice, bob] = await Promise.all([join(link, 'alice'), join(link, 'bob')]);
  const payload = Uint8Array.from({ length: MAX_DATA_BYTES }, (_, index) => index % 251);
  alice.data.send('reliable', { topic: 'x'.repeat(64) }, payload);
  const message = await bob.data.received.next(anything, 'the message');
  expect(message.payload.equals(payload)).toBe(true);
});

it('a message for some goes to them alone, and one for nobody who is here is refused', async () => {
  const [link, other] = [await fixture.room(), await fixture.room()];
  const [alice, bob, carol, dave] = await Promise.all([
    join(link, 'alice'),
    join(link, 'bob'),
    join(link, 'carol'),
    join(other, 'dave'),
  ]);
  alice.data.send('reliable', { to: ['carol', 'alice', 'nobody'] }, 'for carol');
  alice.data.send('reliable', { to: ['dave'] }, 'for another room');
  alice.data.send('reliable', {}, 'for all');
  expect(await alice.client.event('error')).toMatchObject({
    code: 'participant_not_found',
    requestType: 'data',
  });
  await until(() => carol.data.received.count === 2 && bob.data.received.count === 1, 'what is for them');
  const texts = ({ data }: typeof bob) => data.received.all.map(({ payload }) => payload.toString());
  expect([texts(alice), texts(bob), texts(carol), texts(dave)]).toEqual([
    [],
    ['for all'],
    ['for carol', 'for all'],
    [],
  ]);
});

it('what is no frame, or too large, is refused and the rest is not', async () => {
  const link = await fixture.room();
  const [alice, bob] = await Promise.all([join(link, 'alice'), join(link, 'bob')]);
  alice.data.sendFrame('reliable', Uint8Array.of(1));
  alice.data.sendFrame('reliable', 'text');
  alice.data.send('reliable', { to: 'bob' }, '');
  alice.data.send('reliable', {}, new Uint8Array(MAX_DATA_BYTES + 1));
  alice.data.send('reliable', {}, 'fine');
  await bob.data.received.next(anything, 'the one that is right');
  const errors = () => alice.client.events.all.flatMap((e) => (e.type === 'error' ? e.code : []));
  await until(() => errors().length === 4, 'four errors');
  expect(errors()).toEqual(['invalid_message', 'invalid_message', 'invalid_message', 'message_too_large']);
  expect(bob.data.received.count).toBe(1);
});

it('who may not send data receives it; what the grants say changes in the call', async () => {
  const link = await fixture.room();
  const grants = { ...GRANTS, data: false };
  const peer = await fixture.join(link, 'alice', { grants });
  const data = peer.openData();
  await peer.publish([]);
  await data.opened();
  const bob = await join(link, 'bob');
  data.send('reliable', {}, 'not allowed');
  expect(await peer.client.event('error')).toMatchObject({ code: 'forbidden', requestType: 'data' });
  bob.data.send('reliable', {}, 'to alice');
  await data.received.next(anything, 'what bob says');
  link.send({ type: 'set-grants', participantId: 'alice', session: link.session('alice'), grants: GRANTS });
  await link.stats();
  data.send('reliable', {}, 'allowed');
  expect((await bob.data.received.next(anything, 'a message')).payload.toString()).toBe('allowed');
  link.send({ type: 'set-grants', participantId: 'alice', session: link.session('alice'), grants });
  await link.stats();
  const from = peer.client.events.count;
  data.send('reliable', {}, 'not any more');
  expect(await peer.client.event('error', { from })).toMatchObject({ code: 'forbidden' });
  expect(bob.data.received.count).toBe(1);
});

it('who sends too much is told so now and then, and is heard again later', async () => {
  const link = await fixture.room();
  const [alice, bob] = await Promise.all([join(link, 'alice'), join(link, 'bob')]);
  for (let i = 0; i < DATA_MESSAGES.burst * 3; i++) alice.data.send('reliable', { topic: 'flood' }, '');
  expect(await alice.client.event('error')).toMatchObject({ code: 'rate_limited', requestType: 'data' });
  await until(() => {
    alice.data.send('reliable', { topic: 'later' }, '');
    return bob.data.received.all.some(({ topic }) => topic === 'later');
  }, 'a message that is heard');
  expect(bob.data.received.all.filter(({ topic }) => topic === 'flood').length).toBeLessThan(
    DATA_MESSAGES.burst * 2,
  );
  expect(alice.client.events.all.filter(({ type }) => type === 'error').length).toBeLessThan(15);
});

/** What the node has heard so far: messages, refused ones among them, and the bytes of those that it took. */
async function heard() {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  const values = (name: RegExp) => [...page.matchAll(name)].map(([, value]) => Number(value));
  const sum = (name: RegExp) => values(name).reduce((total, value) => total + value, 0);
  return {
    messages: sum(/^parley_data_(?:messages|refused)_total(?:\{.*\})? (\d+)$/gm),
    bytes: sum(/^parley_data_bytes_total (\d+)$/gm),
  };
}

it('another PeerConnection buys nobody more', async () => {
  const link = await fixture.room();
  const client = link.client('alice');
  await link.open('alice');
  const [since, before] = [performance.now(), await heard()];
  const count = 20;
  for (let round = 1; round <= 4; round++) {
    const peer = new TestPeer(client);
    try {
      const data = peer.openData();
      await peer.publish([]);
      await data.opened();
      for (let i = 0; i < count; i++) data.send('reliable', {}, new Uint8Array(MAX_DATA_BYTES));
      const messages = async () => (await heard()).messages - before.messages;
      await expect.poll(messages, { timeout: 15_000 }).toBe(round * count);
    } finally {
      peer.close();
    }
  }
  const taken = (await heard()).bytes - before.bytes;
  const seconds = (performance.now() - since) / 1000;
  expect(taken).toBeLessThanOrEqual(DATA_VOLUME.burst + DATA_VOLUME.rate * seconds);
});

it('data channels that come later than the transport are refused, those that stop are closed', async () => {
  const link = await fixture.room();
  const peer = await fixture.join(link, 'alice');
  await peer.publish(['microphone']);
  peer.openData();
  const late = await peer.publish([]);
  expect(late.sdp).toMatch(/^m=application 0 /m);
  const bob = await join(link, 'bob', ['microphone']);
  expect(await dataProducers(link)).toBeGreaterThan(0);
  const answer = await bob.peer.publish([], 'offer', (sdp) =>
    sdp.replace('m=application 9', 'm=application 0'),
  );
  expect(answer.sdp).toMatch(/^m=application 0 /m);
  // Nobody has any now, and the room’s own end is closed.
  await expect.poll(() => dataProducers(link)).toBe(0);
});

/** Of a room, the outlets to its participants among them. */
async function dataProducers(link: TestLink): Promise<number> {
  return (await media(link)?.routers[0]?.router.dump())?.mapDataProducerIdDataConsumerIds.length ?? 0;
}

/** Of a room, the one for data among them. */
async function transports(link: TestLink): Promise<number> {
  return (await media(link)?.routers[0]?.router.dump())?.transportIds.length ?? 0;
}

it('nothing is left when the last has gone, and it begins again', async () => {
  const link = await fixture.room();
  for (let round = 0; round < 2; round++) {
    await Promise.all([join(link, 'alice'), join(link, 'bob')]);
    expect(await transports(link)).toBe(3);
    link.sendClose('alice');
    await expect.poll(() => transports(link)).toBe(2);
    link.sendClose('bob');
    await expect.poll(() => transports(link)).toBe(0);
  }
});

it.each([
  { gone: 'before its door is there', closed: true, outlets: 0 },
  { gone: 'after it', closed: false, outlets: 3 },
])('what is made while its router goes is closed with it: $gone', async ({ closed, outlets }) => {
  const link = await fixture.room();
  await join(link, 'alice');
  const router = media(link)?.routers[0]?.router;
  if (router === undefined) throw new Error('the room has no router');
  const doors: DirectTransport[] = [];
  const made: DataProducer[] = [];
  const going: Router = Object.create(router, {
    closed: { value: closed },
    createDirectTransport: {
      async value() {
        const direct = await router.createDirectTransport();
        doors.push(direct);
        direct.observer.on('newdataproducer', (one) => made.push(one));
        // When all has been asked for, and before the worker has answered.
        if (!closed) setImmediate(() => direct.close());
        return direct;
      },
    },
  });
  const transport = await router.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
    enableSctp: true,
  });
  const hub = new DataHub({ taken: () => undefined, refused: () => undefined });
  const owner: DataOwner = {
    participantId: 'bob',
    grants: GRANTS,
    allowance: new DataAllowance(),
    onError: () => undefined,
    session: { opened: () => false, request: () => undefined },
  };
  const opening = hub.open({ router: going, transport, maxMessageSize: 65_536 }, owner);
  await expect(opening).rejects.toThrow('closed meanwhile');
  await until(() => made.length === outlets, 'the worker has answered');
  expect([...doors, ...made].map((one) => one.closed)).toEqual(Array(1 + outlets).fill(true));
  transport.close();
});
