import { describe, expect, it } from 'vitest';
import { allFixtures, readFixture } from '../fixtures/read.ts';
import { parseAnswer } from './receive-answer.ts';

describe('parseAnswer', () => {
  it.each(allFixtures('answer'))('reads $client $name', ({ sdp }) => {
    const answer = parseAnswer(sdp);
    expect(answer.media).toHaveLength(sdp.match(/^m=/gm)?.length ?? 0);
    const live = answer.media.some(({ rejected }) => !rejected);
    expect(answer.dtls?.role).toBe(live ? 'client' : undefined);
    expect(answer.ice === undefined).toBe(!live);
  });

  it('reads what is accepted', () => {
    const { media } = parseAnswer(readFixture('firefox', 'receive-answer-3-bob'));
    expect(media.map(({ mid, kind, rejected, direction }) => ({ mid, kind, rejected, direction }))).toEqual([
      { mid: '0', kind: 'audio', rejected: false, direction: 'recvonly' },
      { mid: '1', kind: 'video', rejected: false, direction: 'recvonly' },
      // Firefox here has no H264.
      { mid: '2', kind: 'video', rejected: true, direction: 'inactive' },
      { mid: '3', kind: 'audio', rejected: false, direction: 'recvonly' },
    ]);
  });

  it('reads the header extensions that are received, playout-delay of Firefox among them', () => {
    const { media } = parseAnswer(readFixture('firefox', 'receive-answer-2-alice'));
    expect(media[1]?.section.ext?.map(({ uri }) => uri.split(/[/:]/).at(-1))).toContain('playout-delay');
  });

  it('throws what parseOffer throws', () => {
    const sdp = readFixture('chromium', 'receive-answer-2-alice');
    expect(() => parseAnswer(sdp.replaceAll(/a=fingerprint.*\r\n/g, ''))).toThrow(
      expect.objectContaining({ code: 'sdp_no_fingerprint' }),
    );
    expect(() => parseAnswer(sdp, { maxBytes: 100, maxLines: 100, maxMedia: 1 })).toThrow(
      expect.objectContaining({ code: 'sdp_too_large' }),
    );
  });

  it('has room for the answer of a room of fifty', () => {
    const [head = '', audio = '', video = ''] = readFixture('chromium', 'receive-answer-2-alice').split(
      /^(?=m=)/m,
    );
    const media = Array.from({ length: 200 }, (_, index) =>
      (index % 2 ? video : audio).replace(/a=mid:\d/, `a=mid:${index}`),
    );
    expect(parseAnswer(head + media.join('')).media).toHaveLength(200);
  });
});
