import type { RtpCapabilities } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../fixtures/read.ts';
import { consumerParameters, H264, ROUTER, TRANSPORT } from '../fixtures/server.ts';
import { parseAnswer } from './receive-answer.ts';
import { initialReceiveCapabilities, narrowedMids, receiveCapabilities } from './receive-capabilities.ts';
import { writeOffer } from './receive-offer.ts';
import { addTrack, allocateMid, markOffered, NO_SECTIONS, type ReceiveSections } from './receive-sections.ts';

const START = initialReceiveCapabilities(ROUTER);

/** One audio, one VP8, one H264 m-line. */
function offered(capabilities: RtpCapabilities = ROUTER): ReceiveSections {
  let current = NO_SECTIONS;
  for (const [kind, codec] of [['audio'], ['video'], ['video', H264]] as const) {
    const { mid, sections } = allocateMid(current);
    const rtpParameters = consumerParameters(kind, mid, codec, capabilities);
    current = addTrack(sections, { mid, kind, trackId: `track-${mid}`, streamId: 'stream', rtpParameters });
  }
  return markOffered(current);
}

/** The answer of a client that takes everything, changed. */
function answer(sections: ReceiveSections, change: (sdp: string) => string = (sdp) => sdp) {
  const sdp = writeOffer({ transport: TRANSPORT, sections, sessionId: '1', sessionVersion: 1 });
  return parseAnswer(change(sdp.replaceAll('actpass', 'active').replaceAll('sendonly', 'recvonly')));
}

function mimeTypes({ codecs = [] }: RtpCapabilities): string[] {
  return codecs.map(({ mimeType, preferredPayloadType }) => `${mimeType} ${preferredPayloadType}`);
}

const stopH264 = (sdp: string) =>
  sdp.replace('BUNDLE 0 1 2', 'BUNDLE 0 1').replace(/m=video 9 (?=\S+ 103)/, 'm=video 0 ');
const stopVideo = (sdp: string) =>
  sdp.replace('BUNDLE 0 1 2', 'BUNDLE 0').replaceAll('m=video 9', 'm=video 0');

describe('receiveCapabilities', () => {
  it('stay what they are for a client that takes everything', () => {
    const sections = offered();
    const { rtpCapabilities } = receiveCapabilities(START, sections, answer(sections));
    expect(rtpCapabilities).toEqual(START.rtpCapabilities);
    expect(narrowedMids(sections, answer(sections))).toEqual([]);
  });

  it('lose a codec that is rejected, and its retransmission', () => {
    const sections = offered();
    const { rtpCapabilities } = receiveCapabilities(START, sections, answer(sections, stopH264));
    expect(mimeTypes(ROUTER)).toEqual([
      'audio/opus 100',
      'video/VP8 101',
      'video/rtx 102',
      'video/H264 103',
      'video/rtx 104',
    ]);
    expect(mimeTypes(rtpCapabilities)).toEqual(['audio/opus 100', 'video/VP8 101', 'video/rtx 102']);
    expect(() => consumerParameters('video', '9', H264, rtpCapabilities)).toThrow();
  });

  it('keep a codec that was accepted once: a later rejection is a choice', () => {
    const sections = offered();
    const known = receiveCapabilities(START, sections, answer(sections));
    const { rtpCapabilities } = receiveCapabilities(known, sections, answer(sections, stopVideo));
    expect(mimeTypes(rtpCapabilities)).toEqual(mimeTypes(ROUTER));
  });

  it('lose retransmission, feedback and header extensions that are left out', () => {
    const plain = (sdp: string) =>
      sdp
        .replaceAll(/a=rtpmap:\d+ rtx.*\r\n/g, '')
        .replaceAll(/a=rtcp-fb:\d+ transport-cc\r\n/g, '')
        .replaceAll(/a=extmap:5 .*\r\n/g, '');
    const sections = offered();
    const narrow = answer(sections, plain);
    expect(narrowedMids(sections, narrow)).toEqual(['1', '2']);
    const { rtpCapabilities } = receiveCapabilities(START, sections, narrow);
    expect(mimeTypes(rtpCapabilities)).toEqual(['audio/opus 100', 'video/VP8 101', 'video/H264 103']);
    const again = consumerParameters('video', '9', undefined, rtpCapabilities);
    expect(again.codecs.map(({ mimeType }) => mimeType)).toEqual(['video/VP8']);
    expect(again.encodings?.[0]).not.toHaveProperty('rtx');
    // The other way to estimate the bandwidth takes over.
    expect(again.codecs[0]?.rtcpFeedback?.map(({ type }) => type)).toContain('goog-remb');
    expect(again.headerExtensions?.map(({ id }) => id)).not.toContain(5);
    const later = offered(rtpCapabilities);
    expect(narrowedMids(later, answer(later, plain))).toEqual([]);
  });

  it('learn from each kind for itself', () => {
    const sections = offered();
    const { rtpCapabilities } = receiveCapabilities(
      START,
      sections,
      answer(sections, (sdp) => sdp.replace(/a=extmap:4 .*\r\n/, '')),
    );
    const kinds = rtpCapabilities.headerExtensions
      ?.filter(({ uri }) => uri.endsWith('abs-send-time'))
      .map(({ kind }) => kind);
    expect(kinds).toEqual(['video']);
  });

  it.each(['chromium', 'firefox', 'libdatachannel'] as const)('need no narrowing for %s', (client) => {
    const sections = offered();
    const first = { ...sections, sections: sections.sections.slice(0, 2) };
    const given = parseAnswer(readFixture(client, 'receive-answer-2-alice'));
    expect(narrowedMids(first, given)).toEqual([]);
    expect(mimeTypes(receiveCapabilities(START, first, given).rtpCapabilities)).toEqual(mimeTypes(ROUTER));
  });
});
