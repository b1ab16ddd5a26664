import { parse, type SessionDescription } from 'sdp-transform';

/** What two descriptions of one PeerConnection have in common (RFC 8866 §5.2). */
export function sessionOf(sdp: string): string {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? '';
}

/**
 * What is wrong with a client's offer (RFC 8829 §5.2, RFC 8843).
 *
 * @param before the last offer of the same PeerConnection
 * @returns undefined for nothing
 */
export function offerFault(sdp: string, before: string | undefined): string | undefined {
  const fault = textFault(sdp);
  if (fault !== undefined) return fault;
  const offer = parse(sdp);
  const live = offer.media.filter(({ port }) => port !== 0);
  if (live.length > 0) {
    const transport = transportFault(offer);
    if (transport !== undefined) return transport;
    if (live.some(({ setup }) => (setup ?? offer.setup) !== 'actpass'))
      return 'an offer has a=setup:actpass (RFC 8842 §5.2)';
  }
  if (before === undefined) return undefined;
  const old = parse(before).media;
  if (offer.media.length < old.length)
    return `it has ${offer.media.length} m-lines, the offer before had ${old.length}; they are never removed`;
  const moved = old.findIndex(({ type }, index) => offer.media[index]?.type !== type);
  return moved === -1 ? undefined : `m-line ${moved} was ${old[moved]?.type} in the offer before`;
}

/**
 * What is wrong with a client's answer to an offer (RFC 8829 §5.3).
 *
 * @returns undefined for nothing
 */
export function answerFault(sdp: string, offered: string): string | undefined {
  const fault = textFault(sdp);
  if (fault !== undefined) return fault;
  const [answer, offer] = [parse(sdp), parse(offered)];
  if (answer.media.length !== offer.media.length)
    return `it has ${answer.media.length} m-lines, the offer has ${offer.media.length}`;
  for (const [index, section] of offer.media.entries()) {
    const answered = answer.media[index];
    if (answered === undefined || answered.type !== section.type)
      return `m-line ${index} is ${answered?.type}, offered was ${section.type}`;
    if (answered.port === 0 || section.port === 0) continue;
    if (String(answered.mid) !== String(section.mid))
      return `m-line ${index} has the mid ${answered.mid}, offered was ${section.mid}`;
    const direction = answered.direction ?? answer.direction ?? 'sendrecv';
    if (section.direction === 'sendonly' && (direction === 'sendonly' || direction === 'sendrecv'))
      return `m-line ${index} is ${direction}, offered was sendonly`;
    const setup = answered.setup ?? answer.setup;
    if (setup !== 'active' && setup !== 'passive')
      return `m-line ${index} has a=setup:${setup}; an answer says active or passive (RFC 8842 §5.3)`;
  }
  return answer.media.some(({ port }) => port !== 0) ? transportFault(answer) : undefined;
}

function textFault(sdp: string): string | undefined {
  if (!sdp.startsWith('v=0')) return 'it does not begin with v=0';
  return sessionOf(sdp) === '' ? 'it has no o= line' : undefined;
}

function transportFault(description: SessionDescription): string | undefined {
  const sections = [description, ...description.media];
  if (!sections.some(({ iceUfrag }) => iceUfrag !== undefined)) return 'it has no a=ice-ufrag';
  if (!sections.some(({ icePwd }) => icePwd !== undefined)) return 'it has no a=ice-pwd';
  return sections.some(({ fingerprint }) => fingerprint !== undefined)
    ? undefined
    : 'it has no a=fingerprint';
}
