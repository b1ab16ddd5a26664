import { describe, expect, it } from 'vitest';
import { SdpError, type SdpErrorCode } from './errors.ts';
import { MAX_LINE_LENGTH, OFFER_LIMITS } from './limits.ts';
import { parseSession } from './session.ts';

const HEAD = 'v=0\r\no=- 7614219274584779017 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

function codeOf(sdp: string, limits = OFFER_LIMITS): SdpErrorCode | undefined {
  try {
    parseSession(sdp, limits);
    return undefined;
  } catch (error) {
    if (error instanceof SdpError) return error.code;
    throw error;
  }
}

describe('parseSession', () => {
  it('keeps every digit of the session id', () => {
    expect(parseSession(HEAD, OFFER_LIMITS).origin).toEqual({
      username: '-',
      sessionId: '7614219274584779017',
      sessionVersion: '2',
      address: '127.0.0.1',
    });
  });

  it.each([
    ['nothing', ''],
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
    ['a line that is none', `${HEAD}hello\r\n`],
    ['no origin', 'v=0\r\ns=-\r\nt=0 0\r\n'],
    ['an origin without numbers', 'v=0\r\no=- a b IN IP4 127.0.0.1\r\ns=-\r\n'],
    ['an endless session id', `v=0\r\no=- ${'9'.repeat(21)} 2 IN IP4 127.0.0.1\r\ns=-\r\n`],
    ['an m-line without a port', `${HEAD}m=audio\r\n`],
    ['an m-line with a port out of range', `${HEAD}m=audio 65536 UDP/TLS/RTP/SAVPF 0\r\n`],
    ['an m-line with a number of ports', `${HEAD}m=audio 9/2 UDP/TLS/RTP/SAVPF 0\r\n`],
    ['a NUL', `${HEAD}a=x\u0000\r\n`],
  ])('refuses %s', (_, sdp) => {
    expect(codeOf(sdp)).toBe('sdp_malformed');
  });

  it('refuses what is no string', () => {
    expect(codeOf(undefined as unknown as string)).toBe('sdp_malformed');
    expect(codeOf({ length: 1 } as unknown as string)).toBe('sdp_malformed');
  });

  it('counts bytes, not characters', () => {
    const limits = { ...OFFER_LIMITS, maxBytes: HEAD.length + 10 };
    expect(codeOf(`${HEAD}i=1234567\n`, limits)).toBeUndefined();
    expect(codeOf(`${HEAD}i=ééééééé\n`, limits)).toBe('sdp_too_large');
  });

  it('bounds lines, their length and m-lines', () => {
    expect(codeOf(HEAD + 'a=x\r\n'.repeat(OFFER_LIMITS.maxLines))).toBe('sdp_too_large');
    expect(codeOf(`${HEAD}a=${'x'.repeat(MAX_LINE_LENGTH)}\r\n`)).toBe('sdp_too_large');
    const media = 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n';
    expect(codeOf(HEAD + media.repeat(OFFER_LIMITS.maxMedia))).toBeUndefined();
    expect(codeOf(HEAD + media.repeat(OFFER_LIMITS.maxMedia + 1))).toBe('sdp_too_many_media');
  });
});
