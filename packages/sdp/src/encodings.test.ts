import { describe, expect, it } from 'vitest';
import { readFixture } from '../fixtures/read.ts';
import { encodingsOf } from './encodings.ts';
import { type OfferedMedia, parseOffer } from './offer.ts';

const VP8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 };
const RTX = { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } };

function video(change: (sdp: string) => string = (sdp) => sdp): OfferedMedia {
  const media = parseOffer(change(readFixture('libdatachannel', 'audio-video'))).media[1];
  if (!media) throw new Error('no video');
  return media;
}

/** Replaces the m-line's one SSRC by others. */
function withSsrcs(ssrcs: number[], groups: string[]) {
  const lines = [
    ...groups.map((group) => `a=ssrc-group:${group}`),
    ...ssrcs.map((ssrc) => `a=ssrc:${ssrc} cname:c`),
  ];
  return video((sdp) =>
    sdp.replaceAll(/a=ssrc:2000.*\r\n/g, '').replace('a=mid:camera', `a=mid:camera\r\n${lines.join('\r\n')}`),
  );
}

describe('encodingsOf', () => {
  it('knows a plain stream by its SSRC', () => {
    expect(encodingsOf(video(), [VP8])).toEqual([{ ssrc: 2000 }]);
  });

  it('adds the SSRC of retransmissions if they are negotiated', () => {
    const media = withSsrcs([1, 2], ['FID 1 2']);
    expect(encodingsOf(media, [VP8, RTX])).toEqual([{ ssrc: 1, rtx: { ssrc: 2 } }]);
    expect(encodingsOf(media, [VP8])).toEqual([{ ssrc: 1 }]);
  });

  it('orders simulcast by SSRC as the SIM group does', () => {
    const media = withSsrcs([3, 1, 2, 13, 11, 12], ['SIM 1 2 3', 'FID 3 13', 'FID 1 11', 'FID 2 12']);
    expect(encodingsOf(media, [VP8, RTX])).toEqual([
      { ssrc: 1, rtx: { ssrc: 11 }, scalabilityMode: 'L1T3' },
      { ssrc: 2, rtx: { ssrc: 12 }, scalabilityMode: 'L1T3' },
      { ssrc: 3, rtx: { ssrc: 13 }, scalabilityMode: 'L1T3' },
    ]);
  });

  it('takes SSRCs that no group explains for no layers', () => {
    expect(encodingsOf(withSsrcs([1, 2, 3], ['FEC-FR 1 3', 'FID 1 2']), [VP8, RTX])).toEqual([
      { ssrc: 1, rtx: { ssrc: 2 } },
    ]);
    expect(encodingsOf(withSsrcs([1, 2], ['SIM 8 9']), [VP8])).toEqual([{ ssrc: 1 }]);
  });

  it('knows a stream without SSRC by its mid', () => {
    expect(encodingsOf(withSsrcs([], []), [VP8])).toEqual([{}]);
  });

  it('goes by rid where there are rids and SSRCs, as Firefox writes', () => {
    const media = parseOffer(readFixture('firefox', 'simulcast')).media[1];
    expect(media && encodingsOf(media, [VP8, RTX])).toEqual([
      { rid: 'q', scalabilityMode: 'L1T3' },
      { rid: 'h', scalabilityMode: 'L1T3' },
      { rid: 'f', scalabilityMode: 'L1T3' },
    ]);
  });

  it.each([
    ['video/VP9', 'L3T3_KEY', [{ ssrc: 2000, scalabilityMode: 'L3T3_KEY' }]],
    ['video/AV1', 'L1T3', [{ ssrc: 2000, scalabilityMode: 'L1T3' }]],
    ['video/VP9', undefined, [{ ssrc: 2000 }]],
    ['video/VP9', 'S3T3', [{ ssrc: 2000 }]],
    ['video/VP9', 'L8T1', [{ ssrc: 2000 }]],
    ['video/VP8', 'L3T3_KEY', [{ ssrc: 2000 }]],
  ])('of one stream of %s said to be %s', (mimeType, scalabilityMode, encodings) => {
    expect(encodingsOf(video(), [{ ...VP8, mimeType }], scalabilityMode)).toEqual(encodings);
  });

  it('takes no scalability mode for layers that are streams of their own', () => {
    const media = parseOffer(readFixture('chromium', 'simulcast')).media[1];
    const modes = media && encodingsOf(media, [{ ...VP8, mimeType: 'video/VP9' }], 'L3T3_KEY');
    expect(modes?.map(({ scalabilityMode }) => scalabilityMode)).toEqual(['L1T3', 'L1T3', 'L1T3']);
  });

  it('forwards a single layer as it is', () => {
    const media = parseOffer(
      readFixture('chromium', 'simulcast').replace('simulcast:send q;h;f', 'simulcast:send f'),
    ).media[1];
    expect(media && encodingsOf(media, [VP8, RTX])).toEqual([{ rid: 'f' }]);
  });
});
