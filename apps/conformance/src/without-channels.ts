import { parse, write } from 'sdp-transform';

/**
 * An offer whose data channels are declined (RFC 8829 §5.3.1: port 0), as a server declines them that has none. Unchanged where
 * there is none, and where nothing can be read.
 */
export function withoutChannels(sdp: string): string {
  if (!/^m=application /m.test(sdp)) return sdp;
  const offer = parse(sdp);
  const declined = new Set<string>();
  for (const section of offer.media) {
    if (section.type !== 'application') continue;
    section.port = 0;
    delete section.bundleOnly;
    if (section.mid !== undefined) declined.add(String(section.mid));
  }
  for (const group of offer.groups ?? []) {
    const mids = String(group.mids).split(' ');
    group.mids = mids.filter((mid) => !declined.has(mid)).join(' ');
  }
  return write(offer);
}
