/**
 * Sets a description that a browser has made, so that lost sound is asked for again too (RFC 4585 §6.2.1), and decoded in two channels
 * where it has them. libwebrtc does both, but only where the description says so; a browser that does not take the addition keeps what it made.
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
  const wanted = withAudioOptions(sdp, of);
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

/**
 * A description with generic NACK for Opus in each m-line, or only in those that have it in what is answered; an answer takes two
 * channels where the sender says that it sends them (RFC 7587 §6.1), which libwebrtc would mix. @internal For its test.
 */
export function withAudioOptions(sdp: string, answered?: string): string {
  const offer = answered?.split(SECTION);
  return sdp
    .split(SECTION)
    .map((section, index) => {
      if (!section.startsWith('m=audio')) return section;
      // m-lines of an answer are in the order of the offer (RFC 3264 §6).
      const asked = offer?.[index] ?? '';
      const stereo = /sprop-stereo=1/.test(asked) ? section.replace(FMTP, '$&stereo=1;') : section;
      if ((offer && !GENERIC_NACK.test(asked)) || GENERIC_NACK.test(section)) return stereo;
      return stereo.replace(OPUS, (line, payload) => `${line}a=rtcp-fb:${payload} nack\r\n`);
    })
    .join('');
}

const SECTION = /^(?=m=)/m;
const GENERIC_NACK = /^a=rtcp-fb:\S+ nack\r?$/m;
/** The node offers no other sound than Opus. */
const FMTP = /^a=fmtp:\d+ /m;
const OPUS = /^a=rtpmap:(\d+) opus\/.*\r\n/im;
