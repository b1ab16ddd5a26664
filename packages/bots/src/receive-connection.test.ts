import { expect, it } from 'vitest';
import { withoutUnspokenFeedback } from './receive-connection.ts';

it('promises no feedback that is never sent, and leaves the rest of the answer as it is', () => {
  const kept = [
    'v=0',
    'a=rtcp-fb:96 nack pli',
    'a=rtcp-fb:96 ccm fir',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
  ];
  const dropped = [
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:96 goog-remb',
    'a=rtcp-fb:96 transport-cc',
    'a=extmap:5 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  ];
  expect(withoutUnspokenFeedback([...kept, ...dropped, ''].join('\r\n'))).toBe([...kept, ''].join('\r\n'));
});
