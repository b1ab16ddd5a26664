import { ParleyError } from '@parley/protocol/errors';
import type { ServerOffer } from '@parley/protocol/server-messages';
import type { Consumer } from 'mediasoup/types';
import type { PublishedTrack } from './published-track.ts';

/** A track on its way to the client. */
export interface Subscription {
  track: PublishedTrack;
  /** What carries it: the track itself, or its fallback in another codec. */
  sent: PublishedTrack;
  consumer: Consumer;
  mid: string;
  /** Whether the client's answer takes it. */
  receives: boolean;
}

/** A subscription as its offer tells the client of it. */
export function describeSubscription({
  mid,
  track: { producer, participantId, source },
}: Subscription): ServerOffer['tracks'][number] {
  return { mid, trackId: producer.id, participantId, kind: producer.kind, source };
}

/** Why a client gets nothing of a track. */
export function undecodable({ producer, source, participantId }: PublishedTrack): ParleyError {
  const codec = producer.rtpParameters.codecs[0]?.mimeType;
  const message = `This client cannot receive the ${source} of participant ${participantId} (track ${producer.id}): it accepts no ${codec}.`;
  return new ParleyError('codec_unsupported', message);
}
