import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { readCname, readMsid, readRids, readSection } from './section.ts';

function section(lines: string, { session = '', peer = 'sends' as 'sends' | 'receives' } = {}) {
  const description = parse(
    `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n${session}m=video 9 UDP/TLS/RTP/SAVPF 97 96\r\n${lines}`.replaceAll(
      /\r?\n */g,
      '\r\n',
    ),
  );
  const raw = description.media[0];
  if (!raw) throw new Error('no m-line');
  return { raw, section: readSection(raw, description, peer) };
}

describe('readSection', () => {
  it('orders codecs as the m-line does, and drops those it does not list', () => {
    const { rtp } = section('a=rtpmap:96 VP8/90000\na=rtpmap:97 H264/90000\na=rtpmap:98 VP9/90000\n').section;
    expect(rtp.map(({ codec }) => codec)).toEqual(['H264', 'VP8']);
  });

  it('drops codecs that make no sense', () => {
    const { rtp } = section('a=rtpmap:96 VP8\na=rtpmap:97 VP8/0\na=rtpmap:300 VP8/90000\n').section;
    expect(rtp).toEqual([]);
  });

  it('takes header extensions in one direction, each id and URI once', () => {
    const lines = 'a=extmap:1 a\na=extmap:2/sendonly b\na=extmap:3/recvonly c\na=extmap:1 d\na=extmap:4 a\n';
    const uris = (peer: 'sends' | 'receives') => section(lines, { peer }).section.ext?.map(({ uri }) => uri);
    expect(uris('sends')).toEqual(['a', 'b']);
    expect(uris('receives')).toEqual(['a', 'c']);
  });

  it('drops encrypted header extensions and impossible ids', () => {
    const encrypted = 'a=extmap:3 urn:ietf:params:rtp-hdrext:encrypt urn:x\n';
    expect(section(`${encrypted}a=extmap:0 a\na=extmap:256 b\n`).section.ext).toEqual([]);
  });

  it('falls back to the session level', () => {
    const { section: read } = section('', { session: 'a=sendonly\r\na=extmap-allow-mixed\r\n' });
    expect(read.direction).toBe('sendonly');
    expect(read.extmapAllowMixed).toBe('extmap-allow-mixed');
  });

  it('drops SSRCs that are none', () => {
    const { ssrcs } = section(
      'a=ssrc:0 cname:a\na=ssrc:4294967296 cname:a\na=ssrc:4294967295 cname:b\n',
    ).section;
    expect(ssrcs).toEqual([{ id: 4294967295, attribute: 'cname', value: 'b' }]);
  });
});

describe('readMsid', () => {
  it.each([
    ['a=msid:stream track\n', { streamIds: ['stream'], trackId: 'track' }],
    // Firefox: sdp-transform does not know braces.
    ['a=msid:{s-1} {t-1}\n', { streamIds: ['{s-1}'], trackId: '{t-1}' }],
    ['a=msid:- track\n', { streamIds: [], trackId: 'track' }],
    ['a=msid:one track\na=msid:two track\n', { streamIds: ['one', 'two'], trackId: 'track' }],
    ['a=ssrc:1 cname:c\na=ssrc:1 msid:stream track\n', { streamIds: ['stream'], trackId: 'track' }],
    ['a=msid:7 8\n', { streamIds: ['7'], trackId: '8' }],
    ['', { streamIds: [] }],
  ])('reads %j', (lines, expected) => {
    expect(readMsid(section(lines).raw)).toEqual(expected);
  });
});

describe('readRids', () => {
  const rids = 'a=rid:a send\na=rid:b send\na=rid:c send\na=rid:r recv\n';
  it.each([
    ['a=simulcast:send c;a;b\n', ['c', 'a', 'b']],
    ['a=simulcast:send a;~b;c\n', ['a', '~b', 'c']],
    ['a=simulcast:send a,b;~c\n', ['a', '~c']],
    ['a=simulcast:recv r send a;b\n', ['a', 'b']],
    ['a=simulcast:send a;undeclared;a\n', ['a']],
    ['a=simulcast:recv r\n', ['a', 'b', 'c']],
    ['', ['a', 'b', 'c']],
  ])('reads %j', (simulcast, expected) => {
    const read = readRids(section(rids + simulcast).section);
    expect(read.map(({ rid, paused }) => (paused ? `~${rid}` : rid))).toEqual(expected);
  });

  it('reads rids that look like numbers', () => {
    const read = readRids(section('a=rid:1 send\na=rid:02 send\na=simulcast:send 1;02\n').section);
    expect(read.map(({ rid }) => rid)).toEqual(['1', '02']);
  });
});

describe('readCname', () => {
  it('is text even where it is a number, and nothing where it is no token', () => {
    expect(readCname(section('a=ssrc:1 cname:123\n').section)).toBe('123');
    expect(readCname(section('a=ssrc:1 cname:with space\n').section)).toBeUndefined();
    expect(readCname(section(`a=ssrc:1 cname:${'x'.repeat(256)}\n`).section)).toBeUndefined();
  });
});
