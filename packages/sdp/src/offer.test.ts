import { describe, expect, it } from 'vitest';
import { allFixtures, readFixture } from '../fixtures/read.ts';
import { type Offer, parseOffer } from './offer.ts';

const AUDIO_VIDEO = readFixture('chromium', 'audio-video');

function codeOf(sdp: string): string {
  try {
    parseOffer(sdp);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function rejections({ media }: Offer): (string | undefined)[] {
  return media.map(({ rejection }) => rejection);
}

describe('parseOffer', () => {
  it.each(allFixtures('offer'))('reads $client $name', ({ name, sdp }) => {
    const offer = parseOffer(sdp);
    expect(offer.media.length).toBe(sdp.match(/^m=/gm)?.length ?? 0);
    expect(offer.media.map(({ mid }) => mid)).toEqual(
      [...sdp.matchAll(/^a=mid:(\S+)/gm)].map(([, mid]) => mid),
    );
    for (const media of offer.media) {
      if (!media.sending) continue;
      // libwebrtc gives a track that is in no stream none.
      if (!name.startsWith('screen') && name !== 'first-stopped' && name !== 'ice-restart') {
        expect(media.streamIds).toHaveLength(1);
      }
      expect(media.trackId).toBeTruthy();
    }
  });

  it.each(['chromium', 'firefox', 'libwebrtc'] as const)('reads an empty offer of %s', (client) => {
    const offer = parseOffer(readFixture(client, 'empty'));
    expect(offer.media).toEqual([]);
    expect(offer).not.toHaveProperty('dtls');
    expect(offer).not.toHaveProperty('ice');
  });

  it('reads who sends what', () => {
    const offer = parseOffer(AUDIO_VIDEO);
    expect(offer.dtls?.role).toBe('client');
    expect(offer.bundle).toEqual(['0', '1']);
    expect(offer.media).toMatchObject([
      { index: 0, mid: '0', type: 'audio', kind: 'audio', direction: 'sendrecv', sending: true, rids: [] },
      { index: 1, mid: '1', type: 'video', kind: 'video', direction: 'sendrecv', sending: true, rids: [] },
    ]);
    expect(offer.media[0]?.streamIds).toEqual(offer.media[1]?.streamIds);
    expect(offer.media[0]?.cname).toBe(offer.media[1]?.cname);
  });

  it.each(['chromium', 'firefox', 'libwebrtc'] as const)('reads simulcast of %s', (client) => {
    const video = parseOffer(readFixture(client, 'simulcast')).media[1];
    expect(video?.rids.map(({ rid }) => rid)).toEqual(['q', 'h', 'f']);
  });

  it('reads a paused layer', () => {
    const video = parseOffer(readFixture('chromium', 'simulcast-paused')).media[1];
    expect(video?.rids).toEqual([
      { rid: 'q', paused: false },
      { rid: 'h', paused: true },
      { rid: 'f', paused: false },
    ]);
  });

  it.each(['chromium', 'firefox', 'libwebrtc'] as const)('knows a stopped m-line of %s', (client) => {
    const offer = parseOffer(readFixture(client, 'screen-stopped'));
    expect(rejections(offer)).toEqual([undefined, undefined, 'stopped']);
    expect(offer.media[2]?.sending).toBe(false);
  });

  it('takes a bundle-only m-line for alive, though its port is 0', () => {
    const sdp = readFixture('firefox', 'screen-added');
    expect(sdp).toMatch(/^m=video 0 .*[\s\S]*^a=bundle-only/m);
    expect(rejections(parseOffer(sdp))).toEqual([undefined, undefined, undefined]);
  });

  it('reads a viewer', () => {
    const offer = parseOffer(readFixture('chromium', 'viewer'));
    expect(offer.media.map(({ direction, sending }) => [direction, sending])).toEqual([
      ['recvonly', false],
      ['recvonly', false],
    ]);
  });

  it('takes only the first m-line where nothing is bundled', () => {
    const offer = parseOffer(AUDIO_VIDEO.replace(/a=group:BUNDLE.*\r\n/, ''));
    expect(offer).not.toHaveProperty('bundle');
    expect(rejections(offer)).toEqual([undefined, 'unbundled']);
  });

  it('rejects an m-line outside the group', () => {
    const offer = parseOffer(AUDIO_VIDEO.replace('BUNDLE 0 1', 'BUNDLE 1'));
    expect(rejections(offer)).toEqual(['unbundled', undefined]);
  });

  it('rejects RTCP on another port, other protocols and other kinds', () => {
    expect(rejections(parseOffer(AUDIO_VIDEO.replace('a=rtcp-mux\r\n', '')))).toEqual([
      'no_rtcp_mux',
      undefined,
    ]);
    expect(rejections(parseOffer(AUDIO_VIDEO.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')))).toEqual([
      'protocol',
      undefined,
    ]);
    expect(rejections(parseOffer(AUDIO_VIDEO.replace('m=audio', 'm=text')))).toEqual(['kind', undefined]);
  });

  it('needs no ICE and DTLS where every m-line is rejected', () => {
    const stopped = AUDIO_VIDEO.replaceAll(/^m=(\w+) 9/gm, 'm=$1 0').replaceAll(
      /a=(ice-|fingerprint).*\r\n/g,
      '',
    );
    expect(rejections(parseOffer(stopped))).toEqual(['stopped', 'stopped']);
  });

  it.each([
    ['sdp_no_fingerprint', (sdp: string) => sdp.replaceAll(/a=fingerprint.*\r\n/g, '')],
    ['sdp_no_ice', (sdp: string) => sdp.replaceAll(/a=ice-ufrag.*\r\n/g, '')],
    ['sdp_unsupported', (sdp: string) => sdp.replaceAll('a=setup:actpass', 'a=setup:holdconn')],
    ['sdp_malformed', (sdp: string) => sdp.replace('a=mid:1', 'a=mid:0')],
    ['sdp_malformed', (sdp: string) => sdp.replace('a=mid:1', `a=mid:${'1'.repeat(300)}`)],
    ['sdp_no_mid', (sdp: string) => sdp.replaceAll(/a=(mid|group).*\r\n/g, '')],
  ])('throws %s', (code, change) => {
    expect(codeOf(change(AUDIO_VIDEO))).toBe(code);
  });

  it('reads an offer that wants the server to be the DTLS client', () => {
    const offer = parseOffer(AUDIO_VIDEO.replaceAll('a=setup:actpass', 'a=setup:passive'));
    expect(offer.dtls?.role).toBe('server');
  });
});
