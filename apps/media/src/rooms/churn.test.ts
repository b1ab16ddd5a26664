import type { SessionRequest } from '@parley/protocol/client-messages';
import { SESSION_PING } from '@parley/protocol/data-channels';
import { until } from '@parley/service/testing/inbox';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestDirect } from '../testing/test-direct.ts';
import type { TestLink } from '../testing/test-link.ts';

const errors: string[] = [];
const logger = pino({ level: 'error' }, { write: (line) => errors.push(line) });
const pick = <T>(choices: readonly T[]): T => choices[Math.floor(Math.random() * choices.length)] as T;
const fixture = useNode(
  { PARLEY_PERFORMANCE_WORKER_THREADS: '2' },
  { logger, placement: <C>(workers: readonly C[]) => pick(workers) },
);

const OFFERS = [
  'audio-video',
  'data-channel',
  'screen-added',
  'simulcast',
  'camera-inactive',
  'screen-second-peer',
  'empty',
];
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 30));

function anyRequest(): SessionRequest {
  const dice = Math.random();
  if (dice < 0.1) return { type: 'stop-screen-share' };
  if (dice < 0.2) return { type: 'update-quality', quality: pick(['low', 'high', 'auto']) };
  const sdp = readFixture(pick(['chromium', 'firefox']), pick(OFFERS));
  return { type: dice < 0.4 ? 'start-screen-share' : 'offer', sdp };
}

/** Answers offers as a browser would, now and then too late. */
function answer(link: TestLink): void {
  let from = 0;
  const timer = setInterval(() => {
    for (const message of link.messages.all.slice(from)) {
      if (message.type !== 'session-event' || message.message.type !== 'offer') continue;
      const { offerId, sdp } = message.message;
      const answered = sdp
        .replaceAll('a=setup:actpass', 'a=setup:active')
        .replaceAll('a=sendonly', 'a=recvonly')
        .replace(/^a=(candidate|msid|ssrc|end-of).*\r\n/gm, '');
      link.request(message.participantId, { type: 'answer', offerId, sdp: answered });
    }
    from = link.messages.count;
    if (link.closed !== undefined) clearInterval(timer);
  }, 15);
}

/** Mutes a track that is there, or that is no more. */
function mute(link: TestLink): void {
  const tracks = link.messages.all.flatMap((message) =>
    message.type === 'track-published' ? [{ participantId: message.participantId, ...message.track }] : [],
  );
  const track = tracks.at(-1 - Math.floor(Math.random() * 3));
  if (track === undefined) return;
  const { participantId, trackId } = track;
  link.send({ type: 'set-muted', participantId, trackId, muted: Math.random() < 0.5 });
}

async function churn(link: TestLink): Promise<void> {
  answer(link);
  for (let step = 0; step < 60; step++) {
    const participantId = `p${Math.floor(Math.random() * 5)}`;
    const dice = Math.random();
    if (dice < 0.3) {
      const same = Math.random() < 0.3;
      link.sendOpen(
        participantId,
        await (same ? link.ticket(participantId) : link.nextTicket(participantId)),
      );
    } else if (dice < 0.4) link.sendClose(participantId);
    else if (dice < 0.5) mute(link);
    else link.request(participantId, anyRequest());
    if (Math.random() < 0.5) await pause();
  }
  await link.stats();
  link.send({ type: 'close-room', roomId: link.roomId });
  await until(() => link.closed !== undefined, 'the room is closed');
}

it('whatever comes in whatever order, nothing fails inside and nothing is left', async () => {
  const links = await Promise.all(Array.from({ length: 6 }, () => fixture.room()));
  await Promise.all(links.map(churn));
  await until(() => fixture.node.ledger.transports === 0, 'no transport is left');
  expect(fixture.node.rooms.rooms, 'nor a room').toEqual([]);
  expect(errors, 'nothing was logged as an error').toEqual([]);
  const internal = links
    .flatMap(({ messages }) => messages.all)
    .filter((message) => JSON.stringify(message).includes('"internal"'));
  expect(internal, 'no client was told of a failure inside').toEqual([]);
});

/** How many of what keeps this process, which is node, edge and clients, alive. */
const open = (kind: 'Timeout' | 'TCPSocketWrap') =>
  process.getActiveResourcesInfo().filter((name) => name === kind).length;

interface Manners {
  /** Whether it leaves before it goes. */
  goodbye: boolean;
  publishes: boolean;
}

/** One participant's stay, with a socket of its own. */
async function stay(link: TestLink, participantId: string, { goodbye, publishes }: Manners): Promise<void> {
  const peer = await fixture.over('direct').join(link, participantId);
  const client = peer.client as TestDirect;
  // Those that publish nothing are asked again after a while: a timer that is still there when they go.
  client.request({ type: 'offer', sdp: readFixture('chromium', 'empty') });
  await client.event('answer');
  if (publishes) {
    const data = peer.openData();
    await peer.publish(['microphone']);
    await link.messages.next(
      (message) => message.type === 'media-state' && message.participantId === participantId,
      `${participantId} is connected`,
    );
    await data.opened();
    data.send('reliable', {}, new Uint8Array(1000));
    data.say(SESSION_PING);
    client.request({ type: 'start-screen-share', sdp: readFixture('chromium', 'screen-second-peer') });
    // libdatachannel sends no close_notify: the media falls silent.
    peer.close();
  }
  if (!goodbye) {
    client.drop();
    await pause();
  }
  link.sendClose(participantId);
  await client.closed();
}

it('of a hundred clients with sockets of their own nothing is left, whether they say goodbye or not', async () => {
  const link = await fixture.room();
  await stay(link, 'first', { goodbye: true, publishes: true });
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  const { direct, ledger } = fixture.node;
  const settled = () => ledger.transports === 0 && direct?.connections === 0 && direct.strangers === 0;
  await until(settled, 'the first is gone');
  const before = { timers: open('Timeout'), sockets: open('TCPSocketWrap') };
  // Of each kind of stay there are five at once.
  for (let batch = 0; batch < 5; batch++) {
    const names = Array.from({ length: 20 }, (_, index) => `p${batch}-${index}`);
    await Promise.all(
      names.map((name, index) => stay(link, name, { goodbye: index % 2 === 0, publishes: index % 4 < 2 })),
    );
  }
  await until(settled, 'no transport and no socket is left');
  expect(media?.sessions.size, 'no session').toBe(0);
  expect(await link.stats()).toEqual({ tracks: [], subscriptions: [] });
  await until(() => open('TCPSocketWrap') <= before.sockets, 'no socket is left');
  // Less than the shortest of the timers that clients would leave behind, 500 ms, of which there would be five at least: a
  // few are the test runner's, which waits for answers of its own.
  await until(() => open('Timeout') < before.timers + 5, 'no timer is left', 450);
  const { id: _, ...left } = (await media?.routers[0]?.router.dump()) ?? {};
  expect(Object.values(left).flat(), 'nor anything in the worker').toEqual([]);
  const gauges = /^parley_(?:transports|pipes|(?:data_)?(?:producers|consumers)) .*$/gm;
  const told = async () => {
    const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
    return page.match(gauges)?.toSorted();
  };
  // The heartbeat may have taken its figures a moment ago, which are told for two seconds.
  await expect
    .poll(told, { timeout: 5000, message: 'nor here' })
    .toEqual([
      'parley_consumers 0',
      'parley_data_consumers 0',
      'parley_data_producers 0',
      'parley_pipes 0',
      'parley_producers 0',
      'parley_transports 0',
    ]);
  expect(errors, 'nothing was logged as an error').toEqual([]);
}, 60_000);
