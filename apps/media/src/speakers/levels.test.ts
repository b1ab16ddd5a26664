import type { CarrierKind } from '@parley/protocol/client-messages';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { TestClient } from '../testing/test-client.ts';
import type { TestLink } from '../testing/test-link.ts';

const fixture = useNode();

const media = (link: TestLink) => {
  const room = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  if (room === undefined) throw new Error('the room has no media');
  return room;
};
const observers = async (link: TestLink) =>
  (await media(link).routers[0]?.router.dump())?.rtpObserverIds.length;
const heard = (client: TestClient) => client.events.all.filter(({ type }) => type === 'active-speakers');

/** `ann` and `bob` have microphones that say how loud they are; `eve` only listens to who speaks. */
async function call(carrier: CarrierKind = 'relay') {
  const { open, join } = fixture.over(carrier);
  const link = await fixture.room();
  const [ann, bob] = [await join(link, 'ann'), await join(link, 'bob')];
  const tracks = [];
  for (const peer of [ann, bob]) {
    peer.level = -127;
    tracks.push((await peer.publish(['microphone'])).tracks[0]?.trackId ?? '');
    peer.send();
  }
  const eve = await open(link, 'eve', { requestOffers: false });
  const speakers = async (fits: (ids: string[], dominant?: string) => boolean, what: string) => {
    const found = await eve.events.next(
      (event) =>
        event.type === 'active-speakers' &&
        fits(
          event.speakers.map(({ participantId }) => participantId),
          event.dominant,
        ),
      what,
      { from: mark },
    );
    mark = eve.events.all.indexOf(found) + 1;
    if (found.type !== 'active-speakers') throw new Error('it cannot be another');
    return found;
  };
  let mark = 0;
  return { link, ann, bob, eve, speakers, annsTrack: tracks[0] ?? '' };
}

describe('who speaks', () => {
  it.each(CARRIERS)(
    'is told to whoever asks, with how loud they are and who leads, over %s',
    async (carrier) => {
      const { link, ann, bob, eve, speakers } = await call(carrier);
      expect(await observers(link), 'nothing is measured for nobody').toBe(0);
      eve.request({ type: 'watch-speakers', on: true });
      await until(async () => (await observers(link)) === 1, 'levels are measured');
      expect(heard(eve), 'nothing is said of a silent room').toEqual([]);

      ann.level = -30;
      const first = await speakers((ids) => ids.length === 1, 'somebody speaks');
      expect(first).toMatchObject({
        speakers: [{ participantId: 'ann', level: 0.5 }],
        dominant: 'ann',
      });
      ann.level = -127;
      bob.level = -24;
      await speakers((ids, dominant) => ids.join() === 'bob' && dominant === 'bob', 'bob leads');
      bob.level = -127;
      const silent = await speakers((ids) => ids.length === 0, 'nobody speaks');
      expect(silent.dominant, 'still the one who spoke last').toBe('bob');
      expect(heard(ann.client), 'who has not asked is told nothing').toEqual([]);
    },
  );

  it('who mutes is silent at once, who sends nothing soon', async () => {
    const { link, ann, bob, eve, speakers, annsTrack } = await call();
    eve.request({ type: 'watch-speakers', on: true });
    ann.level = -30;
    bob.level = -30;
    await speakers((ids) => ids.length === 2, 'both speak');
    link.send({ type: 'set-muted', participantId: 'ann', trackId: annsTrack, muted: true });
    await speakers((ids) => ids.join() === 'bob', 'ann does not');
    // Opus with DTX.
    bob.pause();
    await speakers((ids) => ids.length === 0, 'nobody speaks');
    const { active, recent } = media(link).speakers.speech;
    expect(active).toEqual([]);
    expect([...recent].sort(), 'both have').toEqual(['ann', 'bob']);
    bob.close();
    link.sendClose('bob');
    await until(() => media(link).speakers.speech.recent.join() === 'ann', 'who is gone has not spoken');
  });

  it('measures no longer than somebody wants to know', async () => {
    const { link, eve } = await call();
    eve.request({ type: 'watch-speakers', on: true });
    await until(async () => (await observers(link)) === 1, 'levels are measured');
    const end = media(link).speakers.watch(() => undefined);
    eve.request({ type: 'watch-speakers', on: false });
    end();
    await until(async () => (await observers(link)) === 0, 'they are not any more');
    expect(media(link).speakers.speech).toEqual({ active: [], dominant: undefined, recent: [] });
  });

  it('a session that ends watches no longer', async () => {
    const { link, eve } = await call();
    eve.request({ type: 'watch-speakers', on: true });
    await until(async () => (await observers(link)) === 1, 'levels are measured');
    link.sendClose('eve');
    await until(async () => (await observers(link)) === 0, 'nobody watches');
  });
});
