/**
 * Sets a description that a browser has made, so that lost sound is asked for again too (RFC 4585 §6.2.1). libwebrtc does so, both ways,
 * but offers it only where the description says so; a browser that does not take the addition keeps what it made.
 *
 * @param of an answer is what it answers: it has no more than that
 * @returns what the other side is to be told
 */
export async function describeLocally(
  connection: Pick<RTCPeerConnection, 'setLocalDescription'>,
  made: RTCSessionDescriptionInit,
  of?: string,
): Promise<string> {
  const { type, sdp = '' } = made;
  const wanted = withAudioNack(sdp, of);
  if (wanted !== sdp) {
    try {
      await connection.setLocalDescription({ type, sdp: wanted });
      return wanted;
    } catch {
      // As made, then.
    }
  }
  await connection.setLocalDescription(made);
  return sdp;
}

/** A description with generic NACK for Opus in each m-line, or only in those that have it in what is answered. @internal For its test. */
export function withAudioNack(sdp: string, answered?: string): string {
  const asked = answered?.split(SECTION);
  return sdp
    .split(SECTION)
    .map((section, index) => {
      // m-lines of an answer are in the order of the offer (RFC 3264 §6).
      if (!section.startsWith('m=audio') || (asked && !GENERIC_NACK.test(asked[index] ?? ''))) return section;
      if (GENERIC_NACK.test(section)) return section;
      return section.replace(OPUS, (line, payload) => `${line}a=rtcp-fb:${payload} nack\r\n`);
    })
    .join('');
}

const SECTION = /^(?=m=)/m;
const GENERIC_NACK = /^a=rtcp-fb:\S+ nack\r?$/m;
const OPUS = /^a=rtpmap:(\d+) opus\/.*\r\n/im;
