import { fileURLToPath } from 'node:url';
import { readConfig } from '@parley/service/read-config';
import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

const configFolder = fileURLToPath(new URL('../../../../infra/config/', import.meta.url));
const { webrtc, media } = readConfig(configFolder, {});
// Less than any call takes, so that what three peers send here is too much.
const tight = { ...webrtc, performance: { ...webrtc.performance, max_cpu_per_room: 0.05 } };
const fixture = useNode({}, { config: { webrtc: tight, media }, sampleMs: 250 });

const roomOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
const metric = async (line: string) => {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  return Number(
    page
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.slice(line.length + 1),
  );
};

it('a room over its limit loses newcomers, layers, cameras and screens, in this order, and gets all back', async () => {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  alice.simulcast = true;
  const { tracks } = await alice.publish(['microphone', 'camera']);
  const screen = (await alice.publish(['screen'], 'start-screen-share')).tracks.at(-1);
  const [microphone, camera] = tracks;
  const bob = await fixture.join(link, 'bob');
  const offers = bob.receive();
  await offers.next((offer) => offer.tracks.length === 3, 'the offer of all');
  await link.open('dave');
  alice.send();

  await until(() => roomOf(link)?.shed === 'no-screens', 'the room has given all that it can');
  const heard = () =>
    bob.client.events.all.flatMap((event) => (event.type === 'quality-changed' ? [event] : []));
  // The room is on the step before its workers are, and they are before bob hears of it.
  await until(() => heard().some(({ trackId }) => trackId === screen?.trackId), 'bob hears of the screen');
  const said = heard();
  expect(said.map(({ limitedBy }) => limitedBy)).toEqual(said.map(() => 'server-load'));
  expect(
    said.map(({ trackId, applied, paused }) => [trackId, applied, paused]),
    'what bob is told of',
  ).toEqual([
    [camera?.trackId, 'medium', undefined],
    [camera?.trackId, 'low', undefined],
    [camera?.trackId, 'low', true],
    [screen?.trackId, 'auto', true],
  ]);
  const sent = () => new Map(bob.received);
  const count = (of: Map<string, number>, id = '') => of.get(id) ?? 0;
  const before = sent();
  await until(
    () => count(sent(), microphone?.trackId) > count(before, microphone?.trackId) + 50,
    'audio flows on',
  );
  expect(count(sent(), screen?.trackId) - count(before, screen?.trackId), 'the screen does not').toBeLessThan(
    5,
  );
  expect(await metric('parley_rooms_shed{step="no-screens"}')).toBe(1);

  link.sendOpen('carol', await link.nextTicket('carol'));
  expect(await link.sessionClosed('carol')).toBe('room_overloaded');
  expect(await metric('parley_sessions_refused_total{code="room_overloaded"}')).toBe(1);
  // Who is in the room may begin another session.
  await link.open('dave');

  const told = bob.client.events.count;
  alice.pause();
  await until(() => roomOf(link)?.shed === 'none', 'the room gets all back', 20_000);
  const back = bob.client.events.all
    .slice(told)
    .flatMap((event) => (event.type === 'quality-changed' ? [event] : []))
    .map(({ trackId, applied, limitedBy, paused }) => [trackId, applied, limitedBy, paused]);
  expect(back, 'what bob is told of').toEqual([
    [screen?.trackId, 'auto', undefined, undefined],
    [camera?.trackId, 'low', 'server-load', undefined],
    [camera?.trackId, 'medium', 'server-load', undefined],
    [camera?.trackId, 'auto', undefined, undefined],
  ]);
  await link.open('carol');
});
