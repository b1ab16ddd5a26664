import type { Source } from '@parley/protocol/grants';
import type { SessionEvent } from '@parley/protocol/server-messages';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { EventOf, TestClient } from '../testing/test-client.ts';
import type { TestLink } from '../testing/test-link.ts';

const logged: string[] = [];
const logger = pino({ level: 'info' }, { write: (line) => logged.push(line) });
const fixture = useNode({}, { logger });

/** Sends an offer that a browser made, and waits for the answer. */
async function offer(
  client: TestClient,
  sdp: string,
  type: 'offer' | 'start-screen-share' = 'offer',
): Promise<EventOf<'answer'>> {
  const from = client.events.count;
  client.request({ type, sdp });
  return await client.event('answer', { from });
}

const chromium = (name: string) => readFixture('chromium', name);
const sources = ({ tracks }: EventOf<'answer'>) => tracks.map(({ source }) => source);
/** What the Room was told until now: the link and a client's own socket are not in step. */
const told = async (link: TestLink) => await link.stats().then(() => link.messages.all);
const published = async (link: TestLink) =>
  (await told(link)).flatMap((message) => (message.type === 'track-published' ? [message.track] : []));
const unpublished = async (link: TestLink) =>
  (await told(link)).flatMap((message) => (message.type === 'track-unpublished' ? [message.trackId] : []));
const ufrag = ({ sdp }: { sdp: string }) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
const ports = ({ sdp }: { sdp: string }) =>
  [...sdp.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port));

const candidates = async () => {
  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  return Number(/^parley_ice_candidates_total (\d+)$/m.exec(page)?.[1]);
};

describe.each(CARRIERS)('over %s,', (carrier) => {
  const { open } = fixture.over(carrier);

  describe('an empty offer', () => {
    it('is answered empty, and the client is asked again until it publishes', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const answer = await offer(alice, chromium('empty'));
      expect(answer.sdp, 'there is nothing to receive').not.toMatch(/^m=/m);
      expect(answer.sdp, 'Chrome refuses an empty group').not.toContain('BUNDLE');
      const asked = ({ type }: SessionEvent) => type === 'request-offer';
      await alice.events.next(asked, 'another request-offer', { from: alice.events.count });
      const full = await offer(alice, chromium('after-empty'));
      expect(sources(full)).toEqual(['microphone', 'camera']);
      const from = alice.events.count;
      await offer(alice, chromium('after-empty'));
      await expect(
        alice.events.next(asked, 'a request', { from, ms: 700 }),
        'asked for enough',
      ).rejects.toThrow();
    });

    it('is not followed by requests when the client does not want them', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice', { requestOffers: false });
      await offer(alice, chromium('empty'));
      await expect(alice.event('request-offer', { ms: 700 })).rejects.toThrow();
    });
  });

  describe('a call of one PeerConnection, as Chromium negotiates it', () => {
    it('tracks come, stop, come back and go', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const first = await offer(alice, chromium('audio-video'));
      expect(sources(first)).toEqual(['microphone', 'camera']);
      expect(first.sdp, 'the encoder is told where to start').toContain('x-google-start-bitrate=2500');
      expect(first.sdp, 'Opus saves on silence and repairs single losses').toMatch(
        /usedtx=1.*useinbandfec=1|useinbandfec=1.*usedtx=1/,
      );

      const sharing = await offer(alice, chromium('screen-added'), 'start-screen-share');
      expect(sources(sharing)).toEqual(['microphone', 'camera', 'screen']);
      expect(sharing.requestType).toBe('start-screen-share');
      const camera = sharing.tracks[1]?.trackId;

      expect(sources(await offer(alice, chromium('camera-inactive')))).toEqual(['microphone', 'screen']);
      expect(await unpublished(link), 'the camera ended').toEqual([camera]);
      const again = await offer(alice, chromium('camera-again'));
      expect(sources(again), 'the m-line carries the camera again').toEqual([
        'microphone',
        'camera',
        'screen',
      ]);
      expect(again.tracks[1]?.trackId, 'as a new track').not.toBe(camera);

      const stopped = await offer(alice, chromium('screen-stopped'));
      expect(sources(stopped)).toEqual(['microphone', 'camera']);
      expect(ports(stopped)[2], 'a stopped m-line is answered with port 0').toBe(0);
      const recycled = await offer(alice, chromium('screen-recycled'), 'start-screen-share');
      expect(sources(recycled)).toEqual(['microphone', 'camera', 'screen']);

      expect(ufrag(recycled), 'no restart so far').toBe(ufrag(first));
      const restarted = await offer(alice, chromium('ice-restart'));
      expect(ufrag(restarted), 'a restart gets new credentials').not.toBe(ufrag(first));
      expect(sources(restarted), 'and changes no track').toEqual(['microphone', 'camera', 'screen']);

      alice.request({ type: 'offer', sdp: chromium('first-stopped') });
      const error = await alice.event('error');
      expect(error, 'a client that cuts itself off is told what to do').toMatchObject({
        code: 'sdp_invalid',
      });
      expect(error.message).toContain('new RTCPeerConnection');
    });

    it('simulcast comes back on its m-line with all its layers', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      await offer(alice, chromium('simulcast-again'));
      await offer(alice, chromium('simulcast-inactive'));
      expect(sources(await offer(alice, chromium('simulcast-again')))).toEqual(['microphone', 'camera']);
      expect((await published(link)).map(({ layers }) => layers)).toEqual([1, 3, 3]);
    });

    it('the screen may have a PeerConnection of its own, which ends with it', async () => {
      const link = await fixture.room();
      const before = fixture.node.ledger.transports;
      const alice = await open(link, 'alice');
      const call = await offer(alice, chromium('audio-video'));
      const screen = await offer(alice, chromium('screen-second-peer'), 'start-screen-share');
      expect(sources(screen), 'the answer speaks of its own PeerConnection').toEqual(['screen']);
      expect(ufrag(screen), 'which has a transport of its own').not.toBe(ufrag(call));
      expect(fixture.node.ledger.transports - before).toBe(2);
      const from = link.messages.count;
      alice.request({ type: 'stop-screen-share' });
      await link.messages.next(({ type }) => type === 'track-unpublished', 'the end of the screen', { from });
      expect(fixture.node.ledger.transports - before, 'its transport is closed').toBe(1);
      expect(await unpublished(link)).toEqual([screen.tracks[0]?.trackId]);
    });

    it('a screen stopped by message stays stopped until it is shared anew', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      await offer(alice, chromium('audio-video'));
      await offer(alice, chromium('screen-added'), 'start-screen-share');
      alice.request({ type: 'stop-screen-share' });
      const answer = await offer(alice, chromium('screen-added'));
      expect(sources(answer), 'the m-line still sends, and is no second camera').toEqual([
        'microphone',
        'camera',
      ]);
      expect(sources(await offer(alice, chromium('screen-added'), 'start-screen-share'))).toContain('screen');
    });

    it('an m-line that is no longer there has ended', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const first = await offer(alice, chromium('audio-video'));
      const renamed = chromium('audio-video')
        .replace('a=mid:1\r', 'a=mid:9\r')
        .replace('BUNDLE 0 1', 'BUNDLE 0 9');
      const second = await offer(alice, renamed);
      expect(await unpublished(link)).toEqual([first.tracks[1]?.trackId]);
      expect(second.tracks.map(({ mid }) => mid)).toEqual(['0', '9']);
    });

    it('a page that was reloaded replaces what it published before', async () => {
      const link = await fixture.room();
      const before = fixture.node.ledger.transports;
      const alice = await open(link, 'alice');
      const old = await offer(alice, chromium('audio-video'));
      const fresh = await offer(alice, readFixture('firefox', 'audio-video'));
      expect(await unpublished(link), 'the old tracks ended').toEqual(
        old.tracks.map(({ trackId }) => trackId),
      );
      expect((await published(link)).slice(-2).map(({ trackId }) => trackId)).toEqual(
        fresh.tracks.map(({ trackId }) => trackId),
      );
      expect(fixture.node.ledger.transports - before, 'the old transport is closed').toBe(1);
    });

    it('says how many layers there are', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      await offer(alice, chromium('simulcast'));
      expect((await published(link)).map(({ source, layers, codec }) => [source, layers, codec])).toEqual([
        ['microphone', 1, 'opus'],
        ['camera', 3, 'VP8'],
      ]);
    });
  });

  describe('what is refused', () => {
    it.each<[string, Source[], string, string]>([
      ['without the grant', ['microphone'], 'audio-video', 'publish_not_allowed'],
      ['without a common codec', ['microphone', 'camera'], 'vp9-av1-only', 'codec_unsupported'],
    ])('%s the m-line is rejected and the others are not', async (_, publish, name, code) => {
      const link = await fixture.room();
      const grants = {
        publish,
        subscribe: true,
        data: true,
        record: false,
        moderate: false,
        maxBitrate: 1_000_000,
      };
      const alice = await open(link, 'alice', { grants });
      const answer = await offer(alice, chromium(name));
      expect(sources(answer)).toEqual(['microphone']);
      expect(
        ports(answer).filter((port) => port === 0),
        'one m-line has port 0',
      ).toHaveLength(1);
      await expect(alice.event('error')).resolves.toMatchObject({ code, requestType: 'offer' });
      expect(answer.sdp, 'the bitrate of the grants is in the answer').toContain('useinbandfec');
    });

    it('the answer, and what is said about it, name the offer', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice', {
        grants: {
          publish: ['microphone'],
          subscribe: true,
          data: true,
          record: false,
          moderate: false,
          maxBitrate: 1_000_000,
        },
      });
      alice.request({ type: 'offer', offerId: '1', sdp: 'nonsense' });
      alice.request({ type: 'offer', offerId: '2', sdp: chromium('audio-video') });
      await alice.events.next((event) => event.type === 'error' && event.offerId === '1', 'a broken offer');
      expect(await alice.event('answer')).toMatchObject({ offerId: '2' });
      await alice.events.next((event) => event.type === 'error' && event.offerId === '2', 'a refused m-line');
    });

    it('a broken offer changes nothing', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      await offer(alice, chromium('audio-video'));
      alice.request({ type: 'offer', sdp: 'nonsense' });
      await expect(alice.event('error')).resolves.toMatchObject({
        code: 'sdp_invalid',
        requestType: 'offer',
      });
      expect(await unpublished(link)).toEqual([]);
      expect(sources(await offer(alice, chromium('screen-added'), 'start-screen-share'))).toHaveLength(3);
    });

    it('an m-line that is refused when nothing else is left needs no transport', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      await offer(alice, chromium('audio-video'));
      const stopped = chromium('audio-video').replace(/^m=(audio|video) \d+/gm, 'm=$1 0');
      expect(sources(await offer(alice, stopped))).toEqual([]);
      const sdp = chromium('audio-video').replace(/^m=audio \d+/m, 'm=audio 0');
      const from = alice.events.count;
      alice.request({ type: 'offer', sdp, tracks: [{ mid: '1', source: 'microphone' }] });
      expect(ports(await alice.event('answer', { from }))).toEqual([0, 0]);
      await expect(alice.event('error', { from })).resolves.toMatchObject({ code: 'publish_failed' });
    });

    it('an offer that fails in the middle leaves nothing behind', async () => {
      const link = await fixture.room();
      const before = fixture.node.ledger.transports;
      const alice = await open(link, 'alice');
      // Two m-lines with the same SSRCs: the worker takes the first and refuses the second.
      const ssrcs = [...chromium('screen-added').matchAll(/^a=ssrc-group:FID (\d+) (\d+)/gm)];
      const [camera, screen] = ssrcs.map((match) => [match[1] ?? '', match[2] ?? '']);
      const clash = chromium('screen-added')
        .replaceAll(screen?.[0] ?? '-', camera?.[0] ?? '-')
        .replaceAll(screen?.[1] ?? '-', camera?.[1] ?? '-');
      alice.request({ type: 'offer', sdp: clash });
      const error = await alice.event('error');
      expect(error).toMatchObject({ code: 'publish_failed', requestType: 'offer' });
      expect(error.message, 'it says which, and what to do').toMatch(/mid 2 .*Offer again/);
      expect(await published(link), 'nobody heard of the tracks that would have been').toEqual([]);
      expect(fixture.node.ledger.transports - before, 'and their transport is gone').toBe(0);
      expect((await link.stats()).tracks).toEqual([]);
      expect(sources(await offer(alice, chromium('audio-video'))), 'a better offer works').toHaveLength(2);
    });

    it('a client that makes the worker complain does not fill the log', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      logged.length = 0;
      const [audio = '', video = ''] = chromium('audio-video').split(/(?=^m=video)/m);
      const clash = `${audio}${video}${video.replace('a=mid:1', 'a=mid:2')}`.replace(
        'BUNDLE 0 1',
        'BUNDLE 0 1 2',
      );
      for (let i = 0; i < 10; i++) {
        const from = alice.events.count;
        alice.request({ type: 'offer', sdp: clash });
        await expect(alice.event('error', { from })).resolves.toMatchObject({ code: 'publish_failed' });
      }
      expect(logged.length, logged.join('')).toBeLessThanOrEqual(4);
    });

    it('candidates are counted and not needed', async () => {
      const link = await fixture.room();
      const alice = await open(link, 'alice');
      const candidate = {
        candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host',
        sdpMid: '0',
        sdpMLineIndex: 0,
      };
      const before = await candidates();
      alice.request({ type: 'ice-candidate', candidate });
      await offer(alice, chromium('audio-only'));
      expect(await candidates()).toBe(before + 1);
    });
  });
});
