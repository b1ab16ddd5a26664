import type { Source } from '@parley/protocol/grants';
import type { Quality } from '@parley/protocol/track';
import type { VideoLimit } from '../capacity/shed-step.ts';
import { chooseLayer, type LayerChoice, qualityOfLayer } from './layer-choice.ts';
import { isHidden, type LayerBox, layerForView, type View } from './view-layer.ts';

/** A track, as far as it matters what is sent of it. */
export interface TrackFacts {
  trackId: string;
  participantId: string;
  kind: 'audio' | 'video';
  source: Source;
  /** How many spatial layers its publisher sends, 1 or more. */
  layers: number;
}

/** What one subscriber wants of a track. */
export interface Wish {
  /** The most, by name. */
  quality: Quality;
  /** How it shows the track; undefined where it does not say. */
  view?: View | undefined;
  /** What its view came to before. */
  viewLayer?: number | undefined;
}

/** Who speaks in the room. */
export interface Speakers {
  dominant?: string | undefined;
  /** Participants who have spoken a moment ago. */
  recent: ReadonlySet<string>;
}

export const NOBODY: Speakers = { recent: new Set() };

/** What holds for all tracks that a subscriber gets. */
export interface Situation {
  /** What the server's load leaves. */
  limit: VideoLimit;
  speakers: Speakers;
  /** In a room that forwards the loudest only: the participants whose sound and cameras this subscriber gets. */
  forwarded?: ReadonlySet<string> | undefined;
  /** The boxes of cameras' layers, ascending. */
  ladder: readonly LayerBox[];
}

/** What the subscriber's link does to a track, where it does anything. */
export interface LinkLimit {
  /** It does not carry the lowest layer. */
  paused?: boolean;
  /** The highest layer that it has carried for a while. */
  layer?: number | undefined;
  /** A layer that it has just failed to carry. */
  barred?: number | undefined;
}

/** What a subscriber gets of a track, and why. */
export interface TrackDecision {
  requested: Quality;
  /** The best that the subscriber can get now; of its own view it says nothing. */
  applied: Quality;
  limitedBy?: LayerChoice['limitedBy'] | 'server-load' | 'bandwidth' | 'room-size';
  /** Nothing is sent, for what `limitedBy` says. */
  paused?: true;
  /** Nothing is sent because the subscriber does not show it. */
  hidden?: true;
  /** Index of the highest layer that it should have, 0 the lowest; what publishers are to encode follows from it. */
  spatialLayer: number;
  /** Of the highest that may be sent now: below that for a while where the link has failed to carry it. */
  ceiling: number;
  /** The worker's: who comes first when the estimate is divided, 1–255. */
  priority: number;
  /** The highest layer that its view needs, to be handed back in {@link Wish.viewLayer}. */
  viewLayer?: number;
}

/**
 * The worker gives every video its lowest layer first, in this order. After that, in turns in this order, each gets as many
 * further layers, temporal ones counted, as its number says: all that it may have from 32 on, and one of the many in a grid one
 * step, so that they grow alike.
 */
export const PRIORITY = { pinned: 200, screen: 160, dominant: 120, recent: 3, other: 1 } as const;

/** Decides what a subscriber gets of one track. Audio goes on whatever the link, the load and the view are. */
export function decide(
  track: TrackFacts,
  wish: Wish,
  situation: Situation,
  link: LinkLimit = {},
): TrackDecision {
  const { source, participantId, layers, kind } = track;
  const excluded =
    situation.forwarded !== undefined &&
    (source === 'camera' || source === 'microphone') &&
    !situation.forwarded.has(participantId);
  const base = { requested: wish.quality, priority: priorityOf(track, wish, situation.speakers) };
  if (kind === 'audio') {
    const sound = { ...base, applied: wish.quality, spatialLayer: 0, ceiling: 0 };
    return excluded ? { ...sound, limitedBy: 'room-size', paused: true } : sound;
  }
  const { limit } = situation;
  const wished = chooseLayer(wish.quality, layers);
  const most = chooseLayer(limit.quality, layers);
  const viewed = viewLayerOf(track, wish, situation);
  const allowed: LayerOf =
    most.spatialLayer < wished.spatialLayer ? { ...most, limitedBy: 'server-load' } : wished;
  const spatialLayer = Math.min(allowed.spatialLayer, viewed ?? allowed.spatialLayer);
  const decision: TrackDecision = {
    ...base,
    ...allowed,
    spatialLayer,
    ceiling: Math.max(0, Math.min(spatialLayer, (link.barred ?? layers) - 1)),
    ...(viewed !== undefined && { viewLayer: viewed }),
    ...(wish.view !== undefined && isHidden(wish.view) && { hidden: true as const }),
  };
  if (excluded) return { ...decision, limitedBy: 'room-size', paused: true };
  if (limit.paused.includes(source)) return { ...decision, limitedBy: 'server-load', paused: true };
  if (link.paused) return { ...decision, limitedBy: 'bandwidth', paused: true };
  if (link.layer === undefined || link.layer >= decision.spatialLayer) return decision;
  return { ...decision, applied: qualityOfLayer(link.layer, layers), limitedBy: 'bandwidth' };
}

/** Whether anything is sent. */
export function flows({ paused, hidden }: TrackDecision): boolean {
  return paused !== true && hidden !== true;
}

type LayerOf = Pick<TrackDecision, 'spatialLayer' | 'applied' | 'limitedBy'>;

/** Cameras only: how large a screen is nobody says, and it is to be read. */
function viewLayerOf({ source, layers }: TrackFacts, wish: Wish, { ladder }: Situation): number | undefined {
  if (source !== 'camera' || wish.view === undefined || isHidden(wish.view)) return undefined;
  return layerForView(wish.view, ladder, layers, wish.viewLayer);
}

function priorityOf({ source, participantId }: TrackFacts, { view }: Wish, speakers: Speakers): number {
  if (view?.pinned === true) return PRIORITY.pinned;
  if (source === 'screen') return PRIORITY.screen;
  if (speakers.dominant === participantId) return PRIORITY.dominant;
  if (speakers.recent.has(participantId)) return PRIORITY.recent;
  return PRIORITY.other;
}
