import { expect, it } from 'vitest';
import { readFixture } from '../fixtures/read.ts';
import { ROUTER } from '../fixtures/server.ts';
import { withKnownSsrcs } from './known-ssrcs.ts';
import { type OfferedMedia, parseOffer } from './offer.ts';
import { isSameSending, type SendParameters, sendParameters } from './send-parameters.ts';

it('adds the SSRCs of the layers that have been seen', () => {
  const media = parseOffer(readFixture('chromium', 'simulcast')).media[1] as OfferedMedia;
  const parameters = sendParameters(media, ROUTER) as SendParameters;
  const known = withKnownSsrcs(parameters, [
    { rid: 'h', ssrc: 2, rtxSsrc: 12 },
    { rid: 'q', ssrc: 1 },
    { ssrc: 9 },
  ]);
  expect(known.rtpParameters.encodings).toEqual([
    { rid: 'q', ssrc: 1, scalabilityMode: 'L1T3' },
    { rid: 'h', ssrc: 2, rtx: { ssrc: 12 }, scalabilityMode: 'L1T3' },
    { rid: 'f', scalabilityMode: 'L1T3' },
  ]);
  expect(isSameSending(known, parameters)).toBe(true);
});
