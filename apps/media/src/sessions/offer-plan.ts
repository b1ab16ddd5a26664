import type { Offer as OfferMessage } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { Source } from '@parley/protocol/grants';
import type { Offer, OfferedMedia } from '@parley/sdp/offer';
import { isSameSending, type SendHints, type SendParameters } from '@parley/sdp/send-parameters';
import { defaultSource, kindOfSource, type PublishingRequest } from './sources.ts';

/** Most tracks that one participant publishes at once. An offer may have more m-lines, stopped ones among them. */
export const MAX_TRACKS = 16;

/** What a client says about one of its m-lines. */
export type NamedLine = NonNullable<OfferMessage['tracks']>[number];

/** What a PeerConnection's m-line carries or carried, by its mid. */
export interface KnownLine {
  source: Source;
  parameters: SendParameters;
  /** The track of another m-line that this one carries in another codec. */
  fallbackFor?: string | undefined;
  /**
   * - `live`: published.
   * - `held`: the client said `stop-screen-share`, but its m-line sends on. Until it stops or is shared anew, an offer
   *   for something else must not turn the screen into a camera.
   * - `past`: was published, and may be again.
   */
  state: 'live' | 'held' | 'past';
}

/** What to do about one m-line of an offer. */
export type LineStep =
  | { step: 'keep'; mid: string }
  /** Publish; `replaces` when what the m-line carries now has to end first. */
  | {
      step: 'start';
      mid: string;
      source: Source;
      parameters: SendParameters;
      replaces: boolean;
      fallbackFor: string | undefined;
    }
  /** The client stopped sending. */
  | { step: 'stop'; mid: string }
  /** Nothing is sent, or nothing that is wanted. */
  | { step: 'idle'; mid: string; held: boolean }
  | { step: 'refuse'; mid: string; code: ErrorCode; message: string };

/** What a plan depends on beside the offer. */
export interface OfferContext {
  request: PublishingRequest;
  /** What the client says about its m-lines. */
  named: readonly NamedLine[];
  known: ReadonlyMap<string, KnownLine>;
  /** Sources in the participant's grants. */
  allowed: readonly Source[];
  /** The source of a track that is published on this PeerConnection. */
  sourceOf(trackId: string): Source | undefined;
  /** Tracks that may still be added. */
  room: number;
  /** What the router makes of an m-line; undefined without a common codec. */
  parameters(media: OfferedMedia, hints: SendHints): SendParameters | undefined;
}

/** Decides about every m-line of an offer that can live. m-lines without a step are rejected by the answer as they are. */
export function planOffer(offer: Offer, context: OfferContext): LineStep[] {
  let room = context.room;
  /** Tracks that have another codec in this offer. */
  const taken = new Set<string>();
  // An m-line whose mid is no longer there: it was stopped without it, or the client breaks the rules.
  const vanished = [...context.known].filter(
    ([mid, { state }]) => state === 'live' && !offer.media.some((media) => media.mid === mid),
  );
  const stops = vanished.map(([mid]): LineStep => ({ step: 'stop', mid }));
  const steps = offer.media.flatMap((media): LineStep[] => {
    const { mid, kind } = media;
    const line = context.known.get(mid);
    if (kind === undefined || media.rejection !== undefined) {
      return line?.state === 'live' ? [{ step: 'stop', mid }] : [];
    }
    if (!media.sending) {
      return line?.state === 'live' ? [{ step: 'stop', mid }] : [{ step: 'idle', mid, held: false }];
    }
    const named = context.named.find((entry) => entry.mid === mid);
    if (line?.state === 'held' && context.request === 'offer' && named === undefined) {
      return [{ step: 'idle', mid, held: true }];
    }
    const remembered = context.request === 'offer' ? line?.source : undefined;
    const source =
      named?.source ??
      (line?.state === 'live' ? line.source : undefined) ??
      remembered ??
      defaultSource(kind, context.request);
    // What is not said again stays as it was.
    const { scalabilityMode } = named ?? line?.parameters.rtpParameters.encodings?.[0] ?? {};
    const parameters = context.parameters(media, { scalabilityMode });
    const { fallbackFor } = named ?? (line?.state === 'live' ? line : {});
    const refusal =
      refuse(source, media, parameters, context) ??
      refuseFallback({ mid, source, fallbackFor, taken }, offer, context);
    if (refusal !== undefined || parameters === undefined) return refusal === undefined ? [] : [refusal];
    if (fallbackFor !== undefined) taken.add(fallbackFor);
    const live = line?.state === 'live' ? line : undefined;
    const isSame =
      live?.source === source &&
      live.fallbackFor === fallbackFor &&
      isSameSending(live.parameters, parameters);
    if (isSame) return [{ step: 'keep', mid }];
    const hasPlace = live !== undefined && live.fallbackFor === undefined;
    if (fallbackFor === undefined && !hasPlace) {
      if (room === 0) {
        return [
          {
            step: 'refuse',
            mid,
            code: 'publish_failed',
            message: `A participant may publish ${MAX_TRACKS} tracks at once; stop one first.`,
          },
        ];
      }
      room -= 1;
    }
    return [{ step: 'start', mid, source, parameters, replaces: live !== undefined, fallbackFor }];
  });
  return [...stops, ...steps];
}

function refuse(
  source: Source,
  { mid, kind }: OfferedMedia,
  parameters: SendParameters | undefined,
  { allowed }: OfferContext,
): Extract<LineStep, { step: 'refuse' }> | undefined {
  if (kindOfSource(source) !== kind) {
    const message = `The m-line with mid ${mid} is ${kind}; it cannot be a ${source}.`;
    return { step: 'refuse', mid, code: 'publish_failed', message };
  }
  if (!allowed.includes(source)) {
    const message = `The grants do not include publishing a ${source}; ask for a token that has it.`;
    return { step: 'refuse', mid, code: 'publish_not_allowed', message };
  }
  if (parameters === undefined) {
    const message = `The ${kind} with mid ${mid} has no codec that this server takes; see video.codecs and audio.codecs.`;
    return { step: 'refuse', mid, code: 'codec_unsupported', message };
  }
  return undefined;
}

/** A video has one fallback at most, of its own source. */
function refuseFallback(
  {
    mid,
    source,
    fallbackFor,
    taken,
  }: { mid: string; source: Source; fallbackFor: string | undefined; taken: ReadonlySet<string> },
  { media }: Offer,
  { sourceOf, known }: OfferContext,
): Extract<LineStep, { step: 'refuse' }> | undefined {
  if (fallbackFor === undefined) return undefined;
  const goesOn = (other: string) => media.some((one) => one.mid === other && one.sending && !one.rejection);
  const isTaken =
    taken.has(fallbackFor) ||
    [...known].some(
      ([other, line]) =>
        other !== mid && line.state === 'live' && line.fallbackFor === fallbackFor && goesOn(other),
    );
  if (kindOfSource(source) === 'video' && sourceOf(fallbackFor) === source && !isTaken) return undefined;
  const message = `The m-line with mid ${mid} cannot be another codec of ${fallbackFor}: that is no ${source} of this RTCPeerConnection, is no video, or has one.`;
  return { step: 'refuse', mid, code: 'publish_failed', message };
}
