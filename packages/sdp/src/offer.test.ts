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

  it.each([
    ['chromium', 262_144],
    ['firefox', 1_073_741_823],
    ['libwebrtc', 262_144],
    ['libdatachannel', 262_144],
  ] as const)('reads the data channels of %s', (client, maxMessageSize) => {
    const data = parseOffer(readFixture(client, 'data-channel')).media.at(-1);
    expect(data).toMatchObject({ type: 'application', sending: false, maxMessageSize });
    expect(data).not.toHaveProperty('rejection');
  });

  it.each([
    ['a=max-message-size:0', Number.POSITIVE_INFINITY],
    ['a=max-message-size:1200', 1200],
    ['a=max-message-size:-5', 65_536],
    ['a=max-message-size:x', 65_536],
    ['a=max-message-size:1e400', 65_536],
    ['a=x-nothing', 65_536],
  ])('of data channels with %s takes messages of %d bytes', (line, maxMessageSize) => {
    const sdp = readFixture('chromium', 'data-channel').replace(/a=max-message-size.*/, line);
    expect(parseOffer(sdp).media.at(-1)?.maxMessageSize).toBe(maxMessageSize);
  });

  it.each([
    ['sctp', (sdp: string) => sdp.replace('a=sctp-port:5000', 'a=sctp-port:5001')],
    ['sctp', (sdp: string) => sdp.replace('a=sctp-port:5000', 'a=sctp-port:__proto__')],
    ['sctp', (sdp: string) => sdp.replace('a=sctp-port:5000', 'a=sctpmap:5000 webrtc-datachannel 256')],
    ['sctp', (sdp: string) => sdp.replace('SCTP webrtc-datachannel', 'SCTP 5000')],
    ['protocol', (sdp: string) => sdp.replace('UDP/DTLS/SCTP', 'DTLS/SCTP')],
    ['unbundled', (sdp: string) => sdp.replace('BUNDLE 0 1 2', 'BUNDLE 0 1')],
    ['stopped', (sdp: string) => sdp.replace('m=application 9', 'm=application 0')],
  ])('rejects data channels for %s', (rejection, change) => {
    const data = parseOffer(change(readFixture('chromium', 'data-channel'))).media.at(-1);
    expect(data?.rejection).toBe(rejection);
    expect(data).not.toHaveProperty('maxMessageSize');
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
