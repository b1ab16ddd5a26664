import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

const fixture = useNode();
const audio = readFixture('chromium', 'audio-only');
const sessions = (link: TestLink) =>
  [
    ...(fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media?.sessions.values() ??
      []),
  ].map(({ id }) => `${id.participantId} ${id.session}`);
const numbered = (message: NodeLinkMessage) =>
  'session' in message ? [`${message.type} ${message.session}`] : [];
/** What the node has said and done by now is known once it has answered. */
const settled = (link: TestLink) => link.stats();

it('says with everything which session it is about', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice', { session: 7 });
  await alice.publish(['microphone']);
  await link.messages.next(({ type }) => type === 'media-state', 'alice is connected');
  const from = fixture.edge.links.count;
  link.drop();
  const again = await fixture.edge.links.next(({ roomId }) => roomId === link.roomId, 'the link again', {
    from,
  });
  expect((await again.hello()).sessions).toMatchObject([{ participantId: 'alice', session: 7 }]);
  await again.messages.next(({ type }) => type === 'media-state', 'the state is told again');
  const said = new Set([...link.messages.all, ...again.messages.all].flatMap(numbered));
  expect([...said].sort()).toEqual(['media-state 7', 'session-event 7', 'track-published 7']);
});

it('the same number is another way to the same session: what may be lost is repeated, media goes on', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  await fixture.join(link, 'bob');
  await alice.publish(['microphone']);
  const { offerId } = await link.event('bob', 'offer');
  const from = link.messages.count;
  for (const name of ['alice', 'bob']) link.sendOpen(name, await link.ticket(name));
  await expect(link.event('bob', 'offer', { from })).resolves.toMatchObject({ offerId });
  await settled(link);
  const reports = link.messages.all.slice(from).filter(({ type }) => type.startsWith('track-'));
  expect(reports, 'no track has ended or begun').toEqual([]);
  expect(sessions(link)).toEqual(['alice 1', 'bob 1']);
});

it('a higher number is a new session, and the old one is void', async () => {
  const link = await fixture.room();
  await link.open('alice');
  await link.open('alice', { session: 4 });
  expect(sessions(link)).toEqual(['alice 4']);
  const from = link.messages.count;
  link.request('alice', { type: 'offer', offerId: 'o', sdp: audio }, 1);
  const refusal = await link.messages.next(({ type }) => type === 'session-event', 'a refusal', { from });
  expect(refusal).toMatchObject({ session: 1, message: { code: 'session_ended', offerId: 'o' } });
  link.sendClose('alice', 1);
  link.request('alice', { type: 'offer', sdp: audio, session: 1 }, 4);
  await settled(link);
  expect(sessions(link), 'what is about the old one does not touch the new one').toEqual(['alice 4']);
  expect(link.messages.all.slice(from).filter(({ type }) => type === 'track-published')).toEqual([]);
});

it.each<[string, (link: TestLink) => Promise<void> | void, number]>([
  ['lower than the one that is open', (link) => link.open('alice', { session: 3 }), 2],
  [
    'that was closed',
    async (link) => {
      await link.open('alice');
      link.sendClose('alice', 1);
    },
    1,
  ],
  ['that was closed before it was opened', (link) => link.sendClose('alice', 2), 2],
  ['lower than one that was closed before it was opened', (link) => link.sendClose('alice', 2), 1],
])('a number %s opens nothing', async (_, before, session) => {
  const link = await fixture.room();
  await before(link);
  await settled(link);
  const had = sessions(link);
  const from = link.messages.count;
  link.sendOpen('alice', await link.ticket('alice', { session }), session);
  expect(await link.sessionClosed('alice', from)).toBe('session_ended');
  expect(sessions(link)).toEqual(had);
  await link.open('alice', { session: 9 });
  expect(sessions(link), 'a higher one does').toEqual(['alice 9']);
});

it('a close for a number whose ticket was not shown yet ends the older session too', async () => {
  const link = await fixture.room();
  await link.open('alice');
  link.sendClose('alice', 2);
  await until(() => sessions(link).length === 0, 'alice has left');
});

it('a ticket opens the session it is for and no other', async () => {
  const link = await fixture.room();
  link.sendOpen('alice', await link.ticket('alice', { session: 2 }), 1);
  expect(await link.sessionClosed('alice')).toBe('forbidden');
});
