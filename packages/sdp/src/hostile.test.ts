import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { allFixtures } from '../fixtures/read.ts';
import { answerTo, produceAndConsume, ROUTER } from '../fixtures/server.ts';
import { SdpError } from './errors.ts';
import { OFFER_LIMITS } from './limits.ts';
import { parseOffer } from './offer.ts';
import { parseAnswer } from './receive-answer.ts';
import { sendParameters } from './send-parameters.ts';

/** Descriptions from peers that mean harm, or are broken: real ones, changed in the ways of their grammar. */

vi.setConfig({ testTimeout: 60_000 });

const offers = allFixtures('offer').map(({ sdp }) => sdp);
const answers = allFixtures('answer').map(({ sdp }) => sdp);

const poison = fc.constantFrom(
  ...[
    '',
    '0',
    '-1',
    '1e3',
    '007',
    '65536',
    '4294967296',
    '9007199254740993',
    '9'.repeat(400),
    'NaN',
    'Infinity',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    'null',
    'undefined',
    '*',
    '~',
    ';;;',
    ',',
  ],
  ...[
    '{}',
    '[]',
    '%s%d%v',
    '\u{1f600}',
    '\u2028',
    'a'.repeat(5000),
    ' ',
    '\t',
    'ä',
    '$&',
    '$1',
    '\\',
    '"',
    '<b>',
  ],
);

const hostileLine = fc.oneof(
  fc.tuple(fc.constantFrom(...'vosiuepcbtrzkam'), poison).map(([letter, value]) => `${letter}=${value}`),
  fc
    .tuple(
      fc.constantFrom(
        ...[
          'rtpmap',
          'fmtp',
          'rtcp-fb',
          'extmap',
          'mid',
          'msid',
          'group',
          'ssrc',
          'ssrc-group',
          'rid',
          'simulcast',
        ],
        ...[
          'setup',
          'fingerprint',
          'ice-ufrag',
          'ice-pwd',
          'candidate',
          'imageattr',
          'sctpmap',
          'mediaclk',
          'crypto',
        ],
      ),
      fc.array(poison, { minLength: 1, maxLength: 4 }),
    )
    .map(([name, values]) => `a=${name}:${values.join(' ')}`),
  fc.constantFrom(
    'a=fmtp:111 hasOwnProperty=1;__proto__=1;toString=2;constructor=3',
    'a=fmtp:96 apt=96',
    'a=fmtp:97 apt=x;apt=;apt',
    'a=rtpmap:96 rtx/90000',
    'a=rtpmap:96 VP8/90000/__proto__',
    'a=group:BUNDLE 0 0 1 1 __proto__',
    'a=group:BUNDLE',
    'a=simulcast:send q;q;~q,h;__proto__;f,f recv q',
    'a=rid:__proto__ send',
    'a=rid:q send pt=96;depend=q',
    'a=ssrc-group:SIM 1 1 x 3',
    'a=ssrc-group:FID 1',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
    'a=extmap:15/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
    'a=rtcp-fb:* nack',
    'a=bundle-only',
    'a=inactive',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'm=audio 0 UDP/TLS/RTP/SAVPF',
    `a=imageattr:96 send ${'[x=1] '.repeat(500)}`,
    `a=simulcast:send ${'a;'.repeat(5000)}`,
    `a=ptime:${'1.'.repeat(5000)}`,
  ),
);

type Change = (lines: string[]) => string[];

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.nat().map(
    (at): Change =>
      (lines) =>
        lines.toSpliced(at % lines.length, 1),
  ),
  fc.nat().map(
    (at): Change =>
      (lines) =>
        lines.toSpliced(at % lines.length, 0, lines[at % lines.length] ?? ''),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([from, to]): Change =>
      (lines) =>
        lines
          .toSpliced(from % lines.length, 1)
          .toSpliced(to % lines.length, 0, lines[from % lines.length] ?? ''),
  ),
  fc.tuple(fc.nat(), hostileLine).map(
    ([at, line]): Change =>
      (lines) =>
        lines.toSpliced(at % lines.length, 0, line),
  ),
  fc.tuple(fc.nat(), hostileLine).map(
    ([at, line]): Change =>
      (lines) =>
        lines.with(at % lines.length, line),
  ),
  // One word or number of a line.
  fc.tuple(fc.nat(), fc.nat(), poison).map(
    ([at, which, value]): Change =>
      (lines) => {
        const index = at % lines.length;
        const parts = (lines[index] ?? '').split(/([ :=/;,])/);
        return lines.with(index, parts.with((which % Math.ceil(parts.length / 2)) * 2, value).join(''));
      },
  ),
  fc.nat().map(
    (length): Change =>
      (lines) =>
        lines.slice(0, (length % lines.length) + 1),
  ),
);

function changed(sources: string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...sources),
      fc.array(change, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('\r\n', '\n'),
    )
    .map(([sdp, changes, eol]) => {
      const lines = changes.reduce<string[]>(
        (before, apply) => (before.length ? apply(before) : before),
        sdp.split(/\r?\n/),
      );
      return lines.join(eol);
    });
}

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
