import type { SendEncoding } from './encodings.ts';
import type { Publication } from './publication.ts';

/** What an m-line that sends was made with. */
type Made = Pick<Publication, 'transceiver' | 'codec' | 'scalabilityMode'> & {
  readonly encodings: SendEncoding[];
};

/**
 * Adds an m-line that sends a track, in the first of the codecs that the browser has and can encode as is wanted;
 * the others are offered after it.
 *
 * @param codecs by their names in SDP, the most wanted first. None leaves it to the browser, and sound always is
 * @param encodingsOf how the track is sent in a codec
 */
export function addSendTransceiver(
  connection: RTCPeerConnection,
  track: MediaStreamTrack,
  stream: MediaStream,
  codecs: readonly string[],
  encodingsOf: (codec?: string) => SendEncoding[],
): Made {
  const add = (codec?: string): Made => {
    const encodings = encodingsOf(codec);
    const init: RTCRtpTransceiverInit = {
      direction: 'sendonly',
      streams: [stream],
      sendEncodings: encodings,
    };
    const transceiver = connection.addTransceiver(track, init);
    const scalabilityMode = encodings.length > 1 ? undefined : encodings[0]?.scalabilityMode;
    return { transceiver, codec, scalabilityMode, encodings };
  };
  const known = track.kind === 'video' ? capabilities() : [];
  const usable = codecs.filter((codec) => known.some((one) => is(one, codec)));
  for (const [index, codec] of usable.entries()) {
    const made = add(codec);
    const { transceiver, scalabilityMode } = made;
    // A browser that knows nothing of layers in one stream leaves it out.
    const [encoding]: SendEncoding[] = transceiver.sender.getParameters().encodings;
    if (scalabilityMode === undefined || encoding?.scalabilityMode === scalabilityMode) {
      prefer(transceiver, known, usable.slice(index));
      return made;
    }
    transceiver.stop();
  }
  return add();
}

/** Offers these codecs, in this order, and how they are sent again. */
function prefer(
  transceiver: RTCRtpTransceiver,
  known: readonly RTCRtpCodec[],
  codecs: readonly string[],
): void {
  const preferred = [...codecs, 'rtx'].flatMap((codec) => known.filter((one) => is(one, codec)));
  // Firefox has it since 128. Without it the server chooses from all that the browser has.
  if ('setCodecPreferences' in transceiver) transceiver.setCodecPreferences(preferred);
}

function capabilities(): RTCRtpCodec[] {
  return globalThis.RTCRtpSender?.getCapabilities('video')?.codecs ?? [];
}

function is({ mimeType }: RTCRtpCodec, codec: string): boolean {
  return mimeType.toLowerCase() === `video/${codec.toLowerCase()}`;
}
