import type { Offer } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { pictureOf, refitEncodings, type SendEncoding, sendEncodings } from './encodings.ts';
import type { Publication } from './publication.ts';
import { addSendTransceiver } from './send-transceiver.ts';

/**
 * The m-lines that send a source a second time in another codec, for those who cannot decode the first. They change the
 * PeerConnection only; its owner offers. What it does with a source's track it does with its fallback's.
 */
export class CodecFallbacks {
  readonly #media: ClientMediaSettings;
  readonly #lines = new Map<Source, Pick<Publication, 'transceiver' | 'codec' | 'trackId'>>();

  constructor(media: ClientMediaSettings) {
    this.#media = media;
  }

  /** As offers name them. */
  get named(): NonNullable<Offer['tracks']> {
    return [...this.#lines].flatMap(
      ([
        source,
        {
          transceiver: { mid },
          trackId,
        },
      ]) => (mid === null || trackId === undefined ? [] : [{ mid, source, fallbackFor: trackId }]),
    );
  }

  /** Sends what a publication sends in a codec too, by its name in SDP; not in one that the browser lacks. */
  start(connection: RTCPeerConnection, { source, trackId, transceiver }: Publication, codec: string): void {
    const known = this.#lines.get(source);
    // What has ended meanwhile, or is sent so already.
    if (trackId === undefined || (known?.trackId === trackId && known.codec === codec)) return;
    this.stop(source);
    const { track } = transceiver.sender;
    const made = addSendTransceiver(connection, track ?? 'video', [], [codec], () =>
      this.#encodings(source, track),
    );
    if (made.codec === undefined) made.transceiver.stop();
    else this.#lines.set(source, { ...made, trackId });
  }

  /** The next offer does without. Never the m-line that carries the transport: there is the source's before it. */
  stop(source: Source): void {
    this.#lines.get(source)?.transceiver.stop();
    this.#lines.delete(source);
  }

  /** A publication sends another track, or nothing. */
  replaceTrack(source: Source, track: MediaStreamTrack | null): void {
    const sender = this.#lines.get(source)?.transceiver.sender;
    if (sender === undefined) return;
    const parameters = sender.getParameters();
    parameters.encodings = refitEncodings(parameters.encodings, this.#encodings(source, track));
    void Promise.allSettled([sender.replaceTrack(track), sender.setParameters(parameters)]);
  }

  /** Cameras in one layer, the medium one: that is encoded beside all of the first codec's. */
  #encodings(source: Source, track: MediaStreamTrack | null): SendEncoding[] {
    const { layers } = this.#media;
    const media = { ...this.#media, simulcast: false, layers: { ...layers, high: layers.medium } };
    return sendEncodings(source, track ? pictureOf(track) : {}, media);
  }
}
