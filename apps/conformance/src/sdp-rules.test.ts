import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../packages/sdp/fixtures/read.ts';
import { answerFault, offerFault } from './sdp-rules.ts';

const CLIENTS = ['chromium', 'firefox', 'libdatachannel', 'libwebrtc'] as const;

describe('offers', () => {
  it.each(CLIENTS)('of %s have no fault', (client) => {
    const offer = readFixture(client, 'audio-video');
    expect(offerFault(offer, undefined)).toBeUndefined();
    expect(offerFault(readFixture(client, 'screen-added'), offer)).toBeUndefined();
  });

  it('may be empty', () => expect(offerFault(readFixture('chromium', 'empty'), undefined)).toBeUndefined());

  it.each([
    ['no SDP', 'offer', /v=0/],
    [
      'no credentials',
      readFixture('chromium', 'audio-video').replaceAll(/a=ice-ufrag.*\r\n/g, ''),
      /ice-ufrag/,
    ],
    [
      'no fingerprint',
      readFixture('chromium', 'audio-video').replaceAll(/a=fingerprint.*\r\n/g, ''),
      /fingerprint/,
    ],
    ['a role', readFixture('chromium', 'audio-video').replaceAll('actpass', 'active'), /actpass/],
  ])('with %s are faulty', (_, sdp, fault) => expect(offerFault(sdp, undefined)).toMatch(fault));

  it('lose no m-lines', () => {
    const [less, more] = [readFixture('chromium', 'audio-video'), readFixture('chromium', 'screen-added')];
    expect(offerFault(less, more)).toMatch(/never removed/);
  });
});

describe('answers', () => {
  const names = ['2-alice', '3-bob', '4-bob-camera-off', '5-carol', '6-first-closed', '7-dave'];
  it.each(CLIENTS)('of %s have no fault', (client) => {
    for (const name of names) {
      const offer = readFixture(client, `receive-offer-${name}`);
      expect(answerFault(readFixture(client, `receive-answer-${name}`), offer), name).toBeUndefined();
    }
  });

  it('to another offer are faulty', () => {
    const [offer, answer] = [
      readFixture('chromium', 'receive-offer-3-bob'),
      readFixture('chromium', 'receive-answer-2-alice'),
    ];
    expect(answerFault(answer, offer)).toMatch(/m-lines/);
  });

  it.each([
    ['that send', 'a=recvonly', 'a=sendrecv', /sendrecv/],
    ['without a role', 'a=setup:active', 'a=setup:actpass', /active or passive/],
    ['with another mid', 'a=mid:1', 'a=mid:9', /mid 9/],
  ])('%s are faulty', (_, from, to, fault) => {
    const answer = readFixture('chromium', 'receive-answer-2-alice').replaceAll(from, to);
    expect(answerFault(answer, readFixture('chromium', 'receive-offer-2-alice'))).toMatch(fault);
  });
});
