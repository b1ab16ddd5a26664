import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { allFixtures, CLIENTS, readFixture } from '../fixtures/read.ts';
import { answerTo, decideAll, TRANSPORT } from '../fixtures/server.ts';
import { type MediaDecision, writeAnswer } from './answer.ts';
import { type Offer, parseOffer } from './offer.ts';

const IDENTITY = { sessionId: '1', sessionVersion: 1 };

function offerOf(client: Parameters<typeof readFixture>[0], name: string): Offer {
  return parseOffer(readFixture(client, name));
}

/** An offer of which only the data channels are left. */
function dataOnly(sdp: string): string {
  const [session = '', ...sections] = sdp.split(/(?=^m=)/m);
  const data = sections.filter((section) => section.startsWith('m=application'));
  return session.replace(/^a=group:BUNDLE .*$/m, 'a=group:BUNDLE 2') + data.join('');
}

function answerBy(offer: Offer, decisions: Map<string, MediaDecision>, transportMid?: string) {
  return parse(
    writeAnswer({
      offer,
      transport: TRANSPORT,
      decisions,
      ...IDENTITY,
      ...(transportMid && { transportMid }),
    }),
  );
}

describe('writeAnswer', () => {
  it('answers an offer without m-lines, without a transport and without an empty group', () => {
    const sdp = writeAnswer({ offer: offerOf('chromium', 'empty'), decisions: new Map(), ...IDENTITY });
    expect(sdp).toBe(
      ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=msid-semantic: WMS *', ''].join('\r\n'),
    );
  });

  it('receives camera and microphone', () => {
    const sdp = answerTo(offerOf('chromium', 'audio-video'));
    expect(sdp).toContain('a=group:BUNDLE 0 1\r\n');
    expect(sdp).toContain('a=ice-lite\r\n');
    expect(sdp.match(/^a=recvonly\r$/gm)).toHaveLength(2);
    expect(sdp.match(/^a=setup:passive\r$/gm)).toHaveLength(2);
    expect(sdp.match(/^m=.*$/gm)).toEqual([
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
    ]);
    expect(sdp).toContain('a=fingerprint:sha-256 ');
    expect(sdp).toMatch(/^a=fmtp:111 .*useinbandfec=1/m);
    expect(sdp).toMatch(/^a=fmtp:96 x-google-start-bitrate=2500\r$/m);
    // Only the m-line that carries the transport lists candidates.
    expect(sdp.match(/^a=candidate/gm)).toHaveLength(TRANSPORT.iceCandidates.length);
    expect(sdp).not.toMatch(/[ \t]\r$/m);
  });

  it('asks the encoders for what the options say', () => {
    const sdp = answerTo(offerOf('chromium', 'audio-video'), 1, {
      codecOptions: { opusDtx: true, opusStereo: true, videoGoogleMaxBitrate: 1500 },
    });
    expect(sdp).toMatch(/^a=fmtp:111 .*stereo=1;.*usedtx=1/m);
    expect(sdp).toMatch(/^a=fmtp:96 .*x-google-max-bitrate=1500/m);
  });

  it('caps the bitrate of an m-line', () => {
    const offer = offerOf('chromium', 'audio-video');
    const decisions = new Map(
      [...decideAll(offer)].map(([mid, decision]) => [mid, { ...decision, maxBitrate: 999_500 }]),
    );
    const [audio] = answerBy(offer, decisions as Map<string, MediaDecision>).media;
    expect(audio?.bandwidth).toEqual([
      { type: 'AS', limit: 1000 },
      { type: 'TIAS', limit: 999_500 },
    ]);
    decisions.forEach((decision) => {
      decision.maxBitrate = 0.5;
    });
    expect(() => answerBy(offer, decisions as Map<string, MediaDecision>)).toThrow(TypeError);
  });

  it('receives the layers of simulcast, and leaves paused what is', () => {
    for (const client of ['chromium', 'firefox', 'libwebrtc'] as const) {
      const sdp = answerTo(offerOf(client, 'simulcast'));
      expect(sdp).toContain('a=simulcast:recv q;h;f\r\n');
      expect(sdp.match(/^a=rid:. recv\r$/gm)).toHaveLength(3);
    }
    expect(answerTo(offerOf('chromium', 'simulcast-paused'))).toContain('a=simulcast:recv q;~h;f\r\n');
  });

  it('keeps simulcast negotiated while the m-line is inactive', () => {
    const [, video] = parse(answerTo(offerOf('chromium', 'simulcast-inactive'))).media;
    expect(video).toMatchObject({ direction: 'inactive', simulcast: { dir1: 'recv', list1: 'q;h;f' } });
    expect(video?.ext?.map(({ uri }) => uri)).toContain('urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id');
  });

  it('is inactive where the client does not send', () => {
    const viewer = parse(answerTo(offerOf('chromium', 'viewer')));
    expect(viewer.media.map(({ port, direction }) => [port, direction])).toEqual([
      [9, 'inactive'],
      [9, 'inactive'],
    ]);
    const offer = offerOf('chromium', 'camera-inactive');
    const before = decideAll(offerOf('chromium', 'audio-video'));
    // The screen is not decided on.
    expect(answerBy(offer, before).media.map(({ port, direction }) => [port, direction])).toEqual([
      [9, 'recvonly'],
      [9, 'inactive'],
      [0, 'inactive'],
    ]);
  });

  it('rejects what sends and is not decided on, what is for data, and what the client stopped', () => {
    expect(answerBy(offerOf('chromium', 'audio-video'), new Map()).media.map(({ port }) => port)).toEqual([
      0, 0,
    ]);
    const [audio, video, data] = answerBy(offerOf('chromium', 'data-channel'), new Map()).media;
    expect([audio?.port, video?.port]).toEqual([0, 0]);
    expect(data).toMatchObject({ type: 'application', port: 0, payloads: 'webrtc-datachannel' });
    const stopped = answerTo(offerOf('chromium', 'screen-stopped'));
    expect(stopped.match(/^m=\w+ \d+/gm)).toEqual(['m=audio 9', 'm=video 9', 'm=video 0']);
    expect(stopped).toContain('a=group:BUNDLE 0 1\r\n');
  });

  it.each(CLIENTS)('opens data channels for %s', (client) => {
    const sdp = answerTo(offerOf(client, 'data-channel'));
    const { groups, media } = parse(sdp);
    const data = media.find(({ type }) => type === 'application');
    expect(groups?.[0]?.mids).toBe(media.map(({ mid }) => mid).join(' '));
    expect(data).toMatchObject({
      port: 9,
      protocol: 'UDP/DTLS/SCTP',
      payloads: 'webrtc-datachannel',
      setup: 'passive',
      sctpPort: 5000,
      maxMessageSize: 262_144,
    });
    expect(sdp).not.toMatch(/[ \t]\r$|undefined|NaN/m);
  });

  it('opens data channels alone, in the m-line that then carries the transport', () => {
    const offer = parseOffer(dataOnly(readFixture('chromium', 'data-channel')));
    const [data, ...others] = parse(answerTo(offer)).media;
    expect(others).toEqual([]);
    expect(data).toMatchObject({ type: 'application', port: 9, sctpPort: 5000 });
    expect(data?.candidates).toHaveLength(TRANSPORT.iceCandidates.length);
  });

  it('is not told to open data channels in a camera’s m-line', () => {
    const offer = offerOf('chromium', 'audio-video');
    const wrong = new Map([['1', { action: 'data', maxMessageSize: 1 } as const]]);
    expect(() => answerBy(offer, wrong)).toThrow(TypeError);
  });

  it('moves the transport to the first m-line that lives', () => {
    const sdp = answerTo(offerOf('chromium', 'vp9-av1-only'));
    expect(sdp).toContain('a=group:BUNDLE 1\r\n');
    const [video, audio] = parse(sdp).media;
    expect(video).toMatchObject({ port: 0, mid: 0 });
    expect(video).not.toHaveProperty('iceUfrag');
    expect(audio?.candidates).toHaveLength(TRANSPORT.iceCandidates.length);
  });

  it('never stops the m-line that carries the transport', () => {
    const offer = offerOf('chromium', 'audio-video');
    const decisions = decideAll(offer).set('0', { action: 'reject' });
    expect(answerBy(offer, decisions).media[0]?.port).toBe(0);
    expect(answerBy(offer, decisions, '0').media[0]).toMatchObject({ port: 9, direction: 'inactive' });
    const stopped = offerOf('chromium', 'first-stopped');
    expect(answerBy(stopped, decideAll(stopped), '0').media[0]?.port).toBe(0);
  });

  it('writes no group where none was offered', () => {
    const offer = parseOffer(readFixture('chromium', 'audio-only').replace(/a=group.*\r\n/, ''));
    const sdp = answerTo(offer);
    expect(sdp).not.toContain('a=group');
    expect(sdp).toMatch(/^m=audio 9 /m);
    expect(sdp).toMatch(/^a=candidate/m);
  });

  it('takes the DTLS role that is left, and keeps it once connected', () => {
    const passive = parseOffer(
      readFixture('chromium', 'audio-only').replace('setup:actpass', 'setup:passive'),
    );
    expect(answerTo(passive)).toContain('a=setup:active\r\n');
    const connected = {
      ...TRANSPORT,
      dtlsParameters: { ...TRANSPORT.dtlsParameters, role: 'server' as const },
    };
    const sdp = writeAnswer({
      offer: passive,
      transport: connected,
      decisions: decideAll(passive),
      ...IDENTITY,
    });
    expect(sdp).toContain('a=setup:passive\r\n');
  });

  it('refuses what would make no SDP', () => {
    const offer = offerOf('chromium', 'audio-only');
    const decisions = decideAll(offer);
    expect(() => writeAnswer({ offer, decisions, ...IDENTITY })).toThrow(TypeError);
    const options = { offer, decisions, transport: TRANSPORT };
    expect(() => writeAnswer({ ...options, sessionId: '1\r\na=x', sessionVersion: 1 })).toThrow(TypeError);
    expect(() => writeAnswer({ ...options, sessionId: '1', sessionVersion: 1.5 })).toThrow(TypeError);
  });

  it('does not write to what it is given', () => {
    const offer = offerOf('chromium', 'simulcast');
    const decisions = decideAll(offer);
    const before = structuredClone({ offer, decisions });
    answerBy(offer, decisions);
    expect({ offer, decisions }).toEqual(before);
  });
});

describe('an answer', () => {
  const fixtures = allFixtures('offer').filter(({ sdp }) => sdp.includes('m='));
  const actions = fc.constantFrom('accept', 'inactive', 'reject', undefined);

  it('has the m-lines of the offer, and exactly the living ones in its group', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(actions, { minLength: 6, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        ({ sdp }, chosen, random) => {
          const offer = parseOffer(shuffled(sdp, random));
          const accepted = decideAll(offer);
          const decisions = new Map<string, MediaDecision>();
          for (const { mid, index } of offer.media) {
            const action = chosen[index];
            const accept = accepted.get(mid);
            if (action === 'accept' && accept) decisions.set(mid, accept);
            else if (action === 'inactive' || action === 'reject') decisions.set(mid, { action });
          }
          const answer = answerBy(offer, decisions);
          expect(answer.media.map(({ type, mid, protocol }) => [type, String(mid), protocol])).toEqual(
            offer.media.map(({ type, mid, section }) => [type, mid, section.protocol]),
          );
          const live = answer.media.filter(({ port }) => port !== 0).map(({ mid }) => String(mid));
          const groups = answer.groups?.map(({ mids }) => String(mids).split(' ')) ?? [];
          expect(groups.flat().sort()).toEqual(live.sort());
          expect(groups.length).toBe(live.length > 0 ? 1 : 0);
          const tagged = answer.media
            .filter(({ candidates }) => candidates?.length)
            .map(({ mid }) => String(mid));
          expect(tagged).toEqual(groups[0]?.slice(0, 1) ?? []);
          for (const media of offer.media) {
            const answered = answer.media[media.index];
            const action = decisions.get(media.mid)?.action;
            const direction = media.sending && action === 'accept' ? 'recvonly' : 'inactive';
            // Data has none.
            expect(answered?.direction).toBe(action === 'data' ? undefined : direction);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The m-lines of a description in another order, its group in yet another. */
function shuffled(sdp: string, random: fc.Stream<number>): string {
  const [head = '', ...media] = sdp.split(/^(?=m=)/m);
  const shuffle = <T>(items: T[]): T[] =>
    items
      .map((item) => ({ item, key: random.next().value ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  const group = head.replace(
    /^a=group:BUNDLE (.*?)\r?$/m,
    (_, mids: string) => `a=group:BUNDLE ${shuffle(mids.split(' ')).join(' ')}\r`,
  );
  return group + shuffle(media).join('');
}
