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
 * @param track its kind where there is none for now
 * @param codecs by their names in SDP, the most wanted first. None leaves it to the browser, and sound always is
 * @param encodingsOf how the track is sent in a codec
 */
export function addSendTransceiver(
  connection: RTCPeerConnection,
  track: MediaStreamTrack | 'video',
  streams: MediaStream[],
  codecs: readonly string[],
  encodingsOf: (codec?: string) => SendEncoding[],
): Made {
  const add = (codec?: string): Made => {
    const encodings = encodingsOf(codec);
    const init = { direction: 'sendonly', streams, sendEncodings: encodings } as const;
    const transceiver = connection.addTransceiver(track, init);
    const scalabilityMode = encodings.length > 1 ? undefined : encodings[0]?.scalabilityMode;
    return { transceiver, codec, scalabilityMode, encodings };
  };
  const kind = track === 'video' ? track : track.kind;
  const known = globalThis.RTCRtpSender?.getCapabilities(kind)?.codecs ?? [];
  const of = (codec: string) => known.filter(({ mimeType }) => mimeType === `video/${codec}`);
  const usable = codecs.filter((codec) => of(codec).length > 0);
  for (const [index, codec] of usable.entries()) {
    const made = add(codec);
    const { transceiver, scalabilityMode } = made;
    // A browser that knows nothing of layers in one stream leaves it out.
    const [encoding]: SendEncoding[] = transceiver.sender.getParameters().encodings;
    if (scalabilityMode === undefined || encoding?.scalabilityMode === scalabilityMode) {
      // Firefox has it since 128. Without it the server chooses from all that the browser has.
      transceiver.setCodecPreferences?.([...usable.slice(index), 'rtx'].flatMap(of));
      return made;
    }
    transceiver.stop();
  }
  return add();
}
