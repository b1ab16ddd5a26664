/** What is known of a subscriber's link at one moment; bit/s. */
export interface LinkMeasure {
  /** What the worker thinks that it carries. */
  estimate: number;
  /** What the estimate can come to at the most while no more is sent than now: it says nothing of what is beyond. */
  most: number;
  /** What the estimate never falls below, whatever the link is. */
  floor: number;
  /** Share of packets that is lost, 0–1. */
  loss: number;
  /** RTP that is sent now. */
  sent: number;
  /** The part of that which is sound, and has to fit first. */
  audio: number;
}

/** A video that the subscriber should get. */
export interface VideoNeed {
  trackId: string;
  priority: number;
  /** The least that it takes: its lowest layer, or all where it has one, bit/s. */
  need: number;
  /** The worker has taken it off, since the estimate does not carry its lowest layer. */
  dropped: boolean;
}

/** What has been decided of a video, and since when; ms. */
export interface VideoState {
  paused: boolean;
  /** When it was paused or resumed last. */
  at: number;
  /** Since when it should be the other way; undefined while it is right as it is. */
  wrongSince?: number | undefined;
  /** How long it stays paused. */
  backoff: number;
  /** It was resumed though nobody could say whether it fits. */
  trial?: boolean;
}

export type BandwidthState = ReadonlyMap<string, VideoState>;

export const ALL_FITS: BandwidthState = new Map();

/** A video stays until it needs so many times what is left: the estimate falls to 0.85 of the link and climbs again, over and over. */
const KEEP = 1.2;
/** It comes back when it needs this share of what is left at the most. */
const RESUME = 0.9;
/** How long it must not fit until it is paused, ms. */
const PAUSE_AFTER = 1500;
/** One that was resumed to try gives the estimate this long to rise, ms; unless so many packets are lost. */
const TRIAL = { patience: 3000, hopeless: 700, loss: 0.15 } as const;
/** How long it must fit until it is resumed, ms. */
const RESUME_AFTER = 1000;
/** How long a video stays paused: doubled each time that it is paused again soon after it was resumed, ms. */
const BACKOFF = { first: 2000, most: 15_000, soon: 20_000 } as const;
/** From this share of its upper bound on, the estimate may as well be higher. */
const UNBOUNDED = 0.85;
/** At its floor an estimate is no measure of the link any more when this share of packets is lost: what comes through is. */
const LOSS_AT_FLOOR = 0.1;

/**
 * Decides which videos a link does not carry, even in their lowest layers: the least important first. Sound has been subtracted,
 * which the worker does not do. In between what is kept and what is resumed there is room for an estimate to be noisy in.
 *
 * A video of one layer is sent in full by the worker, whatever the estimate: it is only this that takes it off. One of several
 * layers is dropped by the worker itself, and kept off here until it fits for good.
 *
 * @param now ms, of a clock that does not jump
 */
export function judge(
  before: BandwidthState,
  link: LinkMeasure,
  videos: readonly VideoNeed[],
  now: number,
): BandwidthState {
  const after = new Map<string, VideoState>();
  let left = Math.max(0, capacityOf(link) - link.audio);
  let flowing = false;
  const ranked = [...videos].sort(byImportance);
  for (const video of ranked) {
    const state = next(video, before.get(video.trackId), { link, left, now });
    after.set(video.trackId, state);
    if (state.paused) continue;
    left -= Math.min(left, video.need);
    flowing ||= !video.dropped;
  }
  // Nothing would ever tell that there is room again: the most important of those whose time has come is tried.
  if (flowing && link.estimate < link.most * UNBOUNDED) return after;
  const [tried] = ranked.flatMap(({ trackId }) => {
    const state = after.get(trackId);
    return state?.paused === true && now - state.at >= state.backoff ? [{ trackId, state }] : [];
  });
  if (tried !== undefined) after.set(tried.trackId, resumed(tried.state, now, true));
  return after;
}

/** Whether a video is off for the link's sake. */
export function isStarved(state: BandwidthState, trackId: string): boolean {
  return state.get(trackId)?.paused === true;
}

interface Moment {
  link: LinkMeasure;
  left: number;
  now: number;
}

function next(video: VideoNeed, before: VideoState | undefined, moment: Moment): VideoState {
  const { now, left, link } = moment;
  const state = before ?? { paused: false, at: Number.NEGATIVE_INFINITY, backoff: BACKOFF.first };
  const right = state.paused ? video.need > left * RESUME : video.need <= left * KEEP && !video.dropped;
  if (right) return { ...state, wrongSince: undefined };
  const wrongSince = state.wrongSince ?? now;
  const wrongFor = now - wrongSince;
  if (state.paused) {
    const waited = now - state.at >= state.backoff;
    if (waited && wrongFor >= RESUME_AFTER) return resumed(state, now, false);
    return { ...state, wrongSince };
  }
  const hopeless = state.trial === true && link.loss >= TRIAL.loss && now - state.at >= TRIAL.hopeless;
  const patience = state.trial === true ? TRIAL.patience : PAUSE_AFTER;
  if (!hopeless && wrongFor < patience) return { ...state, wrongSince };
  const again = now - state.at < BACKOFF.soon;
  const backoff = again ? Math.min(2 * state.backoff, BACKOFF.most) : BACKOFF.first;
  return { paused: true, at: now, backoff };
}

function resumed({ backoff }: VideoState, now: number, trial: boolean): VideoState {
  return { paused: false, at: now, backoff, ...(trial && { trial }) };
}

function capacityOf({ estimate, floor, loss, sent }: LinkMeasure): number {
  if (estimate > floor * 1.05 || loss < LOSS_AT_FLOOR) return estimate;
  return Math.min(estimate, sent * (1 - loss));
}

/** Of equals those that take less come first: more of them fit. */
function byImportance(a: VideoNeed, b: VideoNeed): number {
  return b.priority - a.priority || a.need - b.need || (a.trackId < b.trackId ? -1 : 1);
}
