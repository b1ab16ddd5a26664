import type { Source } from '@parley/protocol/grants';
import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { EventOf, TestLink } from '../testing/test-link.ts';

const logged: string[] = [];
const logger = pino({ level: 'info' }, { write: (line) => logged.push(line) });
const fixture = useNode({}, { logger });

/** Sends an offer that a browser made, and waits for the answer. */
async function offer(
  link: TestLink,
  sdp: string,
  type: 'offer' | 'start-screen-share' = 'offer',
): Promise<EventOf<'answer'>> {
  const from = link.messages.count;
  link.request('alice', { type, sdp });
  return await link.event('alice', 'answer', { from });
}

const chromium = (name: string) => readFixture('chromium', name);
const sources = ({ tracks }: EventOf<'answer'>) => tracks.map(({ source }) => source);
const published = (link: TestLink) =>
  link.messages.all.flatMap((message) => (message.type === 'track-published' ? [message.track] : []));
const unpublished = (link: TestLink) =>
  link.messages.all.flatMap((message) => (message.type === 'track-unpublished' ? [message.trackId] : []));
const ufrag = ({ sdp }: { sdp: string }) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
const ports = ({ sdp }: { sdp: string }) =>
  [...sdp.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port));

describe('an empty offer', () => {
  it('is answered empty, and the client is asked again until it publishes', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const answer = await offer(link, chromium('empty'));
    expect(answer.sdp, 'there is nothing to receive').not.toMatch(/^m=/m);
    expect(answer.sdp, 'Chrome refuses an empty group').not.toContain('BUNDLE');
    const asked = (message: NodeLinkMessage) =>
      message.type === 'session-event' && message.message.type === 'request-offer';
    await link.messages.next(asked, 'another request-offer', { from: link.messages.count, ms: 1500 });
    const full = await offer(link, chromium('after-empty'));
    expect(sources(full)).toEqual(['microphone', 'camera']);
    const from = link.messages.count;
    await offer(link, chromium('after-empty'));
    await expect(
      link.messages.next(asked, 'a request', { from, ms: 700 }),
      'asked for enough',
    ).rejects.toThrow();
  });

  it('is not followed by requests when the client does not want them', async () => {
    const link = await fixture.room();
    await link.open('alice', { requestOffers: false });
    await offer(link, chromium('empty'));
    await expect(link.event('alice', 'request-offer', { ms: 700 })).rejects.toThrow();
  });
});

describe('a call of one PeerConnection, as Chromium negotiates it', () => {
  it('tracks come, stop, come back and go', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const first = await offer(link, chromium('audio-video'));
    expect(sources(first)).toEqual(['microphone', 'camera']);
    expect(first.sdp, 'the encoder is told where to start').toContain('x-google-start-bitrate=2500');
    expect(first.sdp, 'Opus saves on silence and repairs single losses').toMatch(
      /usedtx=1.*useinbandfec=1|useinbandfec=1.*usedtx=1/,
    );

    const sharing = await offer(link, chromium('screen-added'), 'start-screen-share');
    expect(sources(sharing)).toEqual(['microphone', 'camera', 'screen']);
    expect(sharing.requestType).toBe('start-screen-share');
    const camera = sharing.tracks[1]?.trackId;

    expect(sources(await offer(link, chromium('camera-inactive')))).toEqual(['microphone', 'screen']);
    expect(unpublished(link), 'the camera ended').toEqual([camera]);
    const again = await offer(link, chromium('camera-again'));
    expect(sources(again), 'the m-line carries the camera again').toEqual(['microphone', 'camera', 'screen']);
    expect(again.tracks[1]?.trackId, 'as a new track').not.toBe(camera);

    const stopped = await offer(link, chromium('screen-stopped'));
    expect(sources(stopped)).toEqual(['microphone', 'camera']);
    expect(ports(stopped)[2], 'a stopped m-line is answered with port 0').toBe(0);
    const recycled = await offer(link, chromium('screen-recycled'), 'start-screen-share');
    expect(sources(recycled)).toEqual(['microphone', 'camera', 'screen']);

    expect(ufrag(recycled), 'no restart so far').toBe(ufrag(first));
    const restarted = await offer(link, chromium('ice-restart'));
    expect(ufrag(restarted), 'a restart gets new credentials').not.toBe(ufrag(first));
    expect(sources(restarted), 'and changes no track').toEqual(['microphone', 'camera', 'screen']);

    link.request('alice', { type: 'offer', sdp: chromium('first-stopped') });
    const error = await link.event('alice', 'error');
    expect(error, 'a client that cuts itself off is told what to do').toMatchObject({ code: 'sdp_invalid' });
    expect(error.message).toContain('new RTCPeerConnection');
  });

  it('simulcast comes back on its m-line with all its layers', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await offer(link, chromium('simulcast-again'));
    await offer(link, chromium('simulcast-inactive'));
    expect(sources(await offer(link, chromium('simulcast-again')))).toEqual(['microphone', 'camera']);
    expect(published(link).map(({ layers }) => layers)).toEqual([1, 3, 3]);
  });

  it('the screen may have a PeerConnection of its own, which ends with it', async () => {
    const link = await fixture.room();
    const before = fixture.node.ledger.transports;
    await link.open('alice');
    const call = await offer(link, chromium('audio-video'));
    const screen = await offer(link, chromium('screen-second-peer'), 'start-screen-share');
    expect(sources(screen), 'the answer speaks of its own PeerConnection').toEqual(['screen']);
    expect(ufrag(screen), 'which has a transport of its own').not.toBe(ufrag(call));
    expect(fixture.node.ledger.transports - before).toBe(2);
    const from = link.messages.count;
    link.request('alice', { type: 'stop-screen-share' });
    await link.messages.next(({ type }) => type === 'track-unpublished', 'the end of the screen', { from });
    expect(fixture.node.ledger.transports - before, 'its transport is closed').toBe(1);
    expect(unpublished(link)).toEqual([screen.tracks[0]?.trackId]);
  });

  it('a screen stopped by message stays stopped until it is shared anew', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await offer(link, chromium('audio-video'));
    await offer(link, chromium('screen-added'), 'start-screen-share');
    link.request('alice', { type: 'stop-screen-share' });
    const answer = await offer(link, chromium('screen-added'));
    expect(sources(answer), 'the m-line still sends, and is no second camera').toEqual([
      'microphone',
      'camera',
    ]);
    expect(sources(await offer(link, chromium('screen-added'), 'start-screen-share'))).toContain('screen');
  });

  it('an m-line that is no longer there has ended', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const first = await offer(link, chromium('audio-video'));
    const renamed = chromium('audio-video')
      .replace('a=mid:1\r', 'a=mid:9\r')
      .replace('BUNDLE 0 1', 'BUNDLE 0 9');
    const second = await offer(link, renamed);
    expect(unpublished(link)).toEqual([first.tracks[1]?.trackId]);
    expect(second.tracks.map(({ mid }) => mid)).toEqual(['0', '9']);
  });

  it('a page that was reloaded replaces what it published before', async () => {
    const link = await fixture.room();
    const before = fixture.node.ledger.transports;
    await link.open('alice');
    const old = await offer(link, chromium('audio-video'));
    const fresh = await offer(link, readFixture('firefox', 'audio-video'));
    expect(unpublished(link), 'the old tracks ended').toEqual(old.tracks.map(({ trackId }) => trackId));
    expect(
      published(link)
        .slice(-2)
        .map(({ trackId }) => trackId),
    ).toEqual(fresh.tracks.map(({ trackId }) => trackId));
    expect(fixture.node.ledger.transports - before, 'the old transport is closed').toBe(1);
  });

  it('says how many layers there are', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await offer(link, chromium('simulcast'));
    expect(published(link).map(({ source, layers, codec }) => [source, layers, codec])).toEqual([
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
    const grants = { publish, subscribe: true, data: true, maxBitrate: 1_000_000 };
    await link.open('alice', { grants });
    const answer = await offer(link, chromium(name));
    expect(sources(answer)).toEqual(['microphone']);
    expect(
      ports(answer).filter((port) => port === 0),
      'one m-line has port 0',
    ).toHaveLength(1);
    await expect(link.event('alice', 'error')).resolves.toMatchObject({ code, requestType: 'offer' });
    expect(answer.sdp, 'the bitrate of the grants is in the answer').toContain('useinbandfec');
  });

  it('a broken offer changes nothing', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await offer(link, chromium('audio-video'));
    link.request('alice', { type: 'offer', sdp: 'nonsense' });
    await expect(link.event('alice', 'error')).resolves.toMatchObject({
      code: 'sdp_invalid',
      requestType: 'offer',
    });
    expect(unpublished(link)).toEqual([]);
    expect(sources(await offer(link, chromium('screen-added'), 'start-screen-share'))).toHaveLength(3);
  });

  it('an m-line that is refused when nothing else is left needs no transport', async () => {
    const link = await fixture.room();
    await link.open('alice');
    await offer(link, chromium('audio-video'));
    const stopped = chromium('audio-video').replace(/^m=(audio|video) \d+/gm, 'm=$1 0');
    expect(sources(await offer(link, stopped))).toEqual([]);
    const sdp = chromium('audio-video').replace(/^m=audio \d+/m, 'm=audio 0');
    const from = link.messages.count;
    link.request('alice', { type: 'offer', sdp, tracks: [{ mid: '1', source: 'microphone' }] });
    expect(ports(await link.event('alice', 'answer', { from }))).toEqual([0, 0]);
    await expect(link.event('alice', 'error', { from })).resolves.toMatchObject({ code: 'publish_failed' });
  });

  it('an offer that fails in the middle leaves nothing behind', async () => {
    const link = await fixture.room();
    const before = fixture.node.ledger.transports;
    await link.open('alice');
    // Two m-lines with the same SSRCs: the worker takes the first and refuses the second.
    const ssrcs = [...chromium('screen-added').matchAll(/^a=ssrc-group:FID (\d+) (\d+)/gm)];
    const [camera, screen] = ssrcs.map((match) => [match[1] ?? '', match[2] ?? '']);
    const clash = chromium('screen-added')
      .replaceAll(screen?.[0] ?? '-', camera?.[0] ?? '-')
      .replaceAll(screen?.[1] ?? '-', camera?.[1] ?? '-');
    link.request('alice', { type: 'offer', sdp: clash });
    const error = await link.event('alice', 'error');
    expect(error).toMatchObject({ code: 'publish_failed', requestType: 'offer' });
    expect(error.message, 'it says which, and what to do').toMatch(/mid 2 .*Offer again/);
    expect(published(link), 'nobody heard of the tracks that would have been').toEqual([]);
    expect(fixture.node.ledger.transports - before, 'and their transport is gone').toBe(0);
    expect((await link.stats()).tracks).toEqual([]);
    expect(sources(await offer(link, chromium('audio-video'))), 'a better offer works').toHaveLength(2);
  });

  it('a client that makes the worker complain does not fill the log', async () => {
    const link = await fixture.room();
    await link.open('alice');
    logged.length = 0;
    const [audio = '', video = ''] = chromium('audio-video').split(/(?=^m=video)/m);
    const clash = `${audio}${video}${video.replace('a=mid:1', 'a=mid:2')}`.replace(
      'BUNDLE 0 1',
      'BUNDLE 0 1 2',
    );
    for (let i = 0; i < 10; i++) {
      const from = link.messages.count;
      link.request('alice', { type: 'offer', sdp: clash });
      await expect(link.event('alice', 'error', { from })).resolves.toMatchObject({ code: 'publish_failed' });
    }
    expect(logged.length, logged.join('')).toBeLessThanOrEqual(4);
  });

  it('candidates are counted and not needed', async () => {
    const link = await fixture.room();
    await link.open('alice');
    const candidate = {
      candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
    };
    link.request('alice', { type: 'ice-candidate', candidate });
    await offer(link, chromium('audio-only'));
    const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
    expect(page).toMatch(/^parley_ice_candidates_total 1$/m);
  });
});
