import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { changed } from '../fixtures/hostile.ts';
import { allFixtures } from '../fixtures/read.ts';
import { answerTo, produceAndConsume, ROUTER } from '../fixtures/server.ts';
import { SdpError } from './errors.ts';
import { OFFER_LIMITS } from './limits.ts';
import { parseOffer } from './offer.ts';
import { parseAnswer } from './receive-answer.ts';
import { sendParameters } from './send-parameters.ts';

vi.setConfig({ testTimeout: 60_000 });

const offers = allFixtures('offer').map(({ sdp }) => sdp);
const answers = allFixtures('answer').map(({ sdp }) => sdp);

/** Undefined where it is refused as it should be. */
function read<T>(parse: (sdp: string) => T, sdp: string): T | undefined {
  try {
    return parse(sdp);
  } catch (error) {
    if (error instanceof SdpError) return undefined;
    throw error;
  }
}

describe('whatever a client sends', () => {
  it('is an offer that can be answered, or an SdpError', () => {
    let usable = 0;
    fc.assert(
      fc.property(changed(offers), (sdp) => {
        const offer = read(parseOffer, sdp);
        if (!offer) return;
        usable += 1;
        for (const media of offer.media) {
          const parameters = sendParameters(media, ROUTER);
          if (parameters) produceAndConsume(parameters.kind, parameters.rtpParameters, '0');
        }
        const answer = answerTo(offer);
        expect(answer.match(/^m=/gm)?.length ?? 0).toBe(offer.media.length);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(answer).not.toMatch(/[^\r]\n|\r[^\n]|[\u0000-\u0008]/);
        if (!/undefined|NaN/.test(sdp)) expect(answer).not.toMatch(/undefined|NaN|\[object/);
      }),
      { numRuns: 1500 },
    );
    expect(usable).toBeGreaterThan(250);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('is an answer that can be read, or an SdpError', () => {
    fc.assert(
      fc.property(changed(answers), (sdp) => {
        read(parseAnswer, sdp);
      }),
      { numRuns: 1500 },
    );
  });

  it('may be no SDP at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 2000 }), fc.json(), fc.anything()),
        (value) => {
          expect(read(parseOffer, value as string)).toBeUndefined();
          // Not everything has a text: fast-check makes objects whose toString is none.
          if (typeof value === 'string') expect(read(parseOffer, `v=0\r\n${value}`)).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may be a description cut off anywhere', () => {
    for (const sdp of offers.slice(0, 6)) {
      for (let length = 0; length < sdp.length; length += 97) {
        const offer = read(parseOffer, sdp.slice(0, length));
        if (offer) answerTo(offer);
      }
    }
  });

  it.each([
    ['attributes', 'a=x\r\n'],
    ['codecs', 'a=rtpmap:96 VP8/90000\r\n'],
    ['feedback', 'a=rtcp-fb:* nack pli\r\n'],
    ['sources', 'a=ssrc:1 cname:x\r\n'],
    ['extensions', 'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n'],
    ['groups of sources', `a=ssrc-group:FID ${'1 '.repeat(4000)}\r\n`],
    ['layers', `a=rid:q send\r\na=simulcast:send ${'q;'.repeat(4000)}q\r\n`],
    ['m-lines', 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\n'],
    ['image attributes', `a=imageattr:96 send ${'[x=1] '.repeat(2500)}\r\n`],
    ['media clocks', `a=mediaclk:id=${' '.repeat(16_000)}\r\n`],
    ['framerates', `a=framerate:${'1'.repeat(16_000)}\r\n`],
  ])('is read in bounded time, full of %s', (_, line) => {
    const sdp = offers.find((offer) => offer.includes('m=video')) ?? '';
    const room = Math.min(
      Math.floor((OFFER_LIMITS.maxBytes - sdp.length) / line.length),
      Math.floor((OFFER_LIMITS.maxLines - sdp.split('\n').length) / line.split('\n').length),
    );
    // Of this thread, whatever else the machine does.
    const started = process.threadCpuUsage();
    const offer = read(parseOffer, sdp + line.repeat(room));
    if (offer) answerTo(offer);
    const { user, system } = process.threadCpuUsage(started);
    expect(user + system, 'microseconds').toBeLessThan(1_000_000);
  });
});
