import type { SendParameters } from './send-parameters.ts';

/** A stream of a producer that has been received; mediasoup's `ProducerStat` is one. */
export interface KnownStream {
  readonly rid?: string;
  readonly ssrc: number;
  readonly rtxSsrc?: number;
}

/**
 * For producing once more what a client sends already on the same m-line: adds the SSRCs that the producer before
 * learnt, from its `getStats()`. Chrome names the layers of a stream (MID and RID, RFC 8852) only until their
 * first packets are acknowledged, so a second producer that knows rids alone gets nothing.
 */
export function withKnownSsrcs(parameters: SendParameters, streams: readonly KnownStream[]): SendParameters {
  const encodings = parameters.rtpParameters.encodings?.map((encoding) => {
    const known = streams.find(({ rid }) => rid !== undefined && rid === encoding.rid);
    if (!known) return encoding;
    const { ssrc, rtxSsrc } = known;
    return { ...encoding, ssrc, ...(rtxSsrc !== undefined && { rtx: { ssrc: rtxSsrc } }) };
  });
  return { ...parameters, rtpParameters: { ...parameters.rtpParameters, ...(encodings && { encodings }) } };
}
