import type { MediaDescription } from 'sdp-transform';

/**
 * An m-line that is rejected or stopped: port 0, with the protocol and formats it has or was offered with, and
 * no more than its name (RFC 8829 §5.2.2, §5.3.1).
 */
export function stoppedSection({
  type,
  protocol,
  payloads,
  mid,
}: {
  readonly type: string;
  readonly protocol: string;
  readonly payloads: string;
  /** Empty if it has none. */
  readonly mid: string;
}): MediaDescription {
  return {
    type,
    port: 0,
    protocol,
    payloads: payloads || '0',
    connection: { version: 4, ip: '0.0.0.0' },
    rtp: [],
    fmtp: [],
    direction: 'inactive',
    ...(mid !== '' && { mid }),
  };
}
