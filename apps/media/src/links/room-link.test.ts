import type { LinkSession, NodeLinkMessage, RoomLinkMessage } from '@parley/protocol/link-messages';
import { until } from '@parley/service/testing/inbox';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestEdge } from '../testing/test-edge.ts';
import { LinkOutbox } from './link-outbox.ts';
import { RoomLink } from './room-link.ts';

vi.setConfig({ testTimeout: 30_000 });

let edge: TestEdge;
let link: RoomLink | undefined;

beforeEach(async () => {
  edge = await TestEdge.start();
});
afterEach(async () => {
  link?.close();
  await edge.close();
});

/** Opens a link whose warnings are collected. */
async function open(sessions: () => LinkSession[] = () => []): Promise<{ event: string }[]> {
  const warnings: { event: string }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => warnings.push(JSON.parse(line)) });
  link = new RoomLink({
    edgeUrl: edge.url,
    roomId: 'room',
    assignment: await edge.assignment('node-1', 'room', 1),
    incarnation: 'first',
    publicUrl: 'wss://media1.example',
    logger,
    events: new ThrottledLog(logger),
    metrics: { linkMessage: () => undefined },
    outbox: new LinkOutbox(),
    sessions,
    onCommand: () => undefined,
    onUp: () => undefined,
    onDown: () => undefined,
    onRevoked: () => undefined,
  });
  await until(() => link?.up === true, 'the link is up');
  return warnings;
}

it('tells the Room what happens between hello and welcome, which neither says', async () => {
  const track = {
    trackId: 't',
    kind: 'audio',
    source: 'microphone',
    codec: 'opus',
    layers: 1,
    muted: false,
  } as const;
  const published: NodeLinkMessage = { type: 'track-published', participantId: 'alice', session: 1, track };
  await open(() => {
    queueMicrotask(() => link?.send(published));
    return [];
  });
  const arrived = edge.links.all[0]?.messages;
  await until(
    () => arrived?.all.some(({ type }) => type === 'track-published') === true,
    'the track is told',
  );
  expect(arrived?.all.map(({ type }) => type)).toEqual(['hello', 'track-published']);
});

it('comes back ever more slowly to a Room that greets and then fails', async () => {
  await open();
  const end = Date.now() + 2500;
  while (Date.now() < end) {
    edge.links.all.at(-1)?.drop();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // Delays are at least 250, 500 and 1000 ms; without growth there would be five links and more.
  expect(edge.links.count).toBeLessThanOrEqual(4);
});

it('warns of messages from an edge that is ahead of it once a second, not once each', async () => {
  const warnings = await open();
  const unknown = { type: 'invented-later' } as unknown as RoomLinkMessage;
  for (let i = 0; i < 20; i++) edge.links.all[0]?.send(unknown);
  await until(() => warnings.length > 0, 'a warning');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(warnings[0]?.event).toBe('link-message-unread');
  expect(warnings.length, 'one, or two on a machine that is busy').toBeLessThanOrEqual(2);
});
