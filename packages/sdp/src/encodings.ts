import { getRtpEncodings } from 'mediasoup-client/handlers/sdp/unifiedPlanUtils';
import type { RtpCodecParameters, RtpEncodingParameters } from 'mediasoup-client/types';
import type { OfferedMedia } from './offer.ts';

/**
 * Three temporal layers is what libwebrtc sends in each simulcast stream. An encoding that does not say so is
 * taken for one layer, and since mediasoup 3.26 its viewers get only the lowest: a quarter of the frames.
 * An encoder that makes fewer loses nothing by it.
 */
const SIMULCAST_SCALABILITY = 'L1T3';

/** Codecs of which mediasoup can tell the layers of one stream apart. VP8 and H264 have simulcast for it. */
const SCALABLE_CODECS: ReadonlySet<string> = new Set(['video/vp9', 'video/av1']);

/** Up to three layers in space and time, the upper made from the lower. */
const SCALABLE = /^L[1-3]T[1-3]/;

/**
 * The encodings of what an m-line sends, in ascending order of quality as the client lists them: by rid
 * (RFC 8853), else by SSRC (RFC 5576), else one that is known by its mid alone. A single encoding carries no
 * scalability mode, and mediasoup then forwards every packet of it as it is; but for VP9 and AV1 where the client says one.
 *
 * @param scalabilityMode what the client says of its one encoding (W3C webrtc-svc): SDP does not tell.
 */
export function encodingsOf(
  media: OfferedMedia,
  codecs: RtpCodecParameters[],
  scalabilityMode = '',
): RtpEncodingParameters[] {
  const encodings = listed(media, codecs);
  const scalable =
    encodings.length === 1 &&
    SCALABLE.test(scalabilityMode) &&
    SCALABLE_CODECS.has(codecs[0]?.mimeType.toLowerCase() ?? '');
  return scalable ? encodings.map((encoding) => ({ ...encoding, scalabilityMode })) : encodings;
}

function listed(media: OfferedMedia, codecs: RtpCodecParameters[]): RtpEncodingParameters[] {
  if (media.rids.length > 0) {
    return media.rids.map(({ rid }) =>
      media.rids.length > 1 ? { rid, scalabilityMode: SIMULCAST_SCALABILITY } : { rid },
    );
  }
  if (!media.section.ssrcs?.length) return [{}];
  const encodings = getRtpEncodings({ offerMediaObject: media.section, codecs });
  const simulcast = legacySimulcast(media);
  // Without a SIM group further SSRCs are not layers; they repair (FEC-FR) or belong to a second stream.
  if (!simulcast) return encodings.slice(0, 1);
  const layers = simulcast.flatMap((ssrc) => encodings.find((encoding) => encoding.ssrc === ssrc) ?? []);
  return layers.length > 1
    ? layers.map((encoding) => ({ ...encoding, scalabilityMode: SIMULCAST_SCALABILITY }))
    : encodings.slice(0, 1);
}

/** The SSRCs of the layers, lowest first, where a client does simulcast by SSRC (`a=ssrc-group:SIM`). */
function legacySimulcast(media: OfferedMedia): number[] | undefined {
  const group = media.section.ssrcGroups?.find(({ semantics }) => semantics === 'SIM');
  return group && [...new Set(group.ssrcs.split(/\s+/).map(Number))].slice(0, 8);
}
