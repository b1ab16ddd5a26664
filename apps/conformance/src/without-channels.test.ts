import { expect, it } from 'vitest';
import { withoutChannels } from './without-channels.ts';

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=rtpmap:111 opus/48000/2',
  'a=mid:0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sctp-port:5000',
  '',
].join('\r\n');

it('declines data channels and takes them out of the bundle', () => {
  const sdp = withoutChannels(OFFER);
  expect(sdp).toContain('m=application 0 UDP/DTLS/SCTP webrtc-datachannel');
  expect(sdp).toMatch(/^a=group:BUNDLE 0\r$/m);
  expect(sdp).toContain('m=audio 9 ');
});

it('leaves an offer without them, and one that is none, as it is', () => {
  const audio = OFFER.slice(0, OFFER.indexOf('m=application'));
  expect(withoutChannels(audio)).toBe(audio);
  expect(withoutChannels('nonsense')).toBe('nonsense');
});
