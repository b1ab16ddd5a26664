import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { consumerParameters, TRANSPORT } from '../fixtures/server.ts';
import { writeOffer } from './receive-offer.ts';
import {
  addTrack,
  allocateMid,
  closeTrack,
  markOffered,
  NO_SECTIONS,
  type ReceiveSections,
} from './receive-sections.ts';

const IDENTITY = { sessionId: '2', sessionVersion: 1, transport: TRANSPORT };

function withTracks(...kinds: ('audio' | 'video')[]): ReceiveSections {
  return kinds.reduce((current, kind) => {
    const { mid, sections } = allocateMid(current);
    const rtpParameters = consumerParameters(kind, mid);
    return addTrack(sections, { mid, kind, trackId: `${kind}-${mid}`, streamId: 'alice', rtpParameters });
  }, NO_SECTIONS);
}

describe('writeOffer', () => {
  it('is valid without tracks', () => {
    expect(writeOffer({ sections: NO_SECTIONS, sessionId: '2', sessionVersion: 1 })).toBe(
      ['v=0', 'o=- 2 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=msid-semantic: WMS *', ''].join('\r\n'),
    );
  });

  it('offers each track with its stream', () => {
    const sdp = writeOffer({ ...IDENTITY, sections: withTracks('audio', 'video') });
    expect(sdp).toContain('a=group:BUNDLE 0 1\r\n');
    expect(sdp).toContain('a=msid:alice audio-0\r\n');
    expect(sdp).toContain('a=msid:alice video-1\r\n');
    expect(sdp.match(/^a=setup:actpass\r$/gm)).toHaveLength(2);
    expect(sdp.match(/^a=sendonly\r$/gm)).toHaveLength(2);
    expect(sdp.match(/^a=extmap-allow-mixed\r$/gm)).toHaveLength(2);
    expect(sdp).toMatch(/^a=ssrc-group:FID \d+ \d+\r$/m);
    expect(sdp).not.toMatch(/[ \t]\r$/m);
  });

  it('describes the transport in each m-line until one is known to carry it', () => {
    const sections = withTracks('audio', 'video');
    const candidates = (offered: ReceiveSections) =>
      parse(writeOffer({ ...IDENTITY, sections: offered })).media.map(
        (media) => media.candidates?.length ?? 0,
      );
    expect(candidates(sections)).toEqual([2, 2]);
    expect(candidates({ ...sections, anchor: '1' })).toEqual([0, 2]);
  });

  it('stops m-lines, but the one that carries the transport becomes inactive', () => {
    let sections: ReceiveSections = { ...markOffered(withTracks('audio', 'video', 'video')), anchor: '0' };
    sections = closeTrack(closeTrack(sections, '0'), '1');
    const sdp = writeOffer({ ...IDENTITY, sections });
    expect(sdp).toContain('a=group:BUNDLE 0 2\r\n');
    const [first, second, third] = parse(sdp).media;
    expect(first).toMatchObject({ port: 9, direction: 'inactive' });
    expect(first?.candidates).toHaveLength(TRANSPORT.iceCandidates.length);
    expect(first).not.toHaveProperty('msid');
    expect(first).not.toHaveProperty('ssrcs');
    expect(second).toMatchObject({ port: 0, direction: 'inactive', mid: 1 });
    expect(second).not.toHaveProperty('msid');
    expect(second).not.toHaveProperty('candidates');
    expect(third).toMatchObject({ port: 9, direction: 'sendonly' });
  });

  it('says of a stopped m-line what aiortc asks of every one', () => {
    const sections = closeTrack({ ...markOffered(withTracks('audio', 'video')), anchor: '0' }, '1');
    const { usernameFragment, password } = TRANSPORT.iceParameters;
    expect(parse(writeOffer({ ...IDENTITY, sections })).media[1]).toMatchObject({
      port: 0,
      iceUfrag: usernameFragment,
      icePwd: password,
      setup: 'actpass',
      rtcpMux: 'rtcp-mux',
      rtp: [{ codec: 'VP8' }, { codec: 'rtx' }],
    });
  });

  it('refuses what would make no SDP', () => {
    const sections = withTracks('audio');
    expect(() => writeOffer({ sections, sessionId: '2', sessionVersion: 1 })).toThrow(TypeError);
    const [section] = sections.sections;
    if (!section) throw new Error('no section');
    for (const streamId of ['', 'a b', 'a\r\nb', 'x'.repeat(256)]) {
      const wrong = { ...sections, sections: [{ ...section, streamId }] };
      expect(() => writeOffer({ ...IDENTITY, sections: wrong })).toThrow(TypeError);
    }
  });
});
