import type { TransportTraceEventData, WebRtcTransport } from 'mediasoup/types';
import type { Subscription } from '../sessions/subscription.ts';
import { ALL_FITS, type BandwidthState, isStarved, judge, type VideoNeed } from './bandwidth.ts';
import { ClimbGuard } from './climb-bars.ts';
import { followLayer, type Lag } from './layer-lag.ts';
import type { LinkLimit } from './policy.ts';
import type { TrackRates } from './track-rates.ts';
import { dueOf, isDropped, isHigh, type WatchedVideo } from './watched-video.ts';

/** What the worker says of its estimate, bit/s. */
interface Estimate {
  availableBitrate: number;
  /** What all videos that are not paused would take with all their layers. */
  desiredBitrate: number;
  /** The estimate's own bounds. */
  minBitrate: number;
  maxBitrate: number;
}

/** What the owner of a link says of what is sent on it, and hears of it. */
export interface LinkHandlers {
  /** The videos that the client should get, those included that its link does not carry. */
  videos(): readonly WatchedVideo[];
  /** What else is sent. */
  sounds(): readonly Pick<Subscription, 'track'>[];
  /** The link carries much less than a moment ago, and these videos are sent in layers that may be too high for it. */
  fell(videos: readonly WatchedVideo[]): void;
  /** Whether `tight` or the limit on a video is another. */
  changed(): void;
  /** The worker has said what it estimates, in which nothing may have changed. */
  looked(): void;
  failed(error: unknown): void;
}

/** Of a look to the next, ms. */
const LOOK_MS = 1000;
/** What a microphone takes at the most with what is around it, bit/s: from there on sound is measured. */
const SOUND = 50_000;
/** Share of packets that has to be lost until a fall is the fault of what was sent. */
const FAILURE_LOSS = 0.05;
/** An estimate below this share of the one before says that the link has become another; the worker says so at once. */
const FALL = 0.75;
/** A fall is one for so long, ms. */
const FALL_MS = 1000;
/** The estimate is never quite what is wanted. */
const ROOMY = 1.05;

/**
 * Watches what a client's link carries, by the worker's estimate, which comes when it jumps and else about once a second. That
 * costs nothing more until it is too small for the least of what the client should get; then it is looked at closely, once a
 * second.
 */
export class LinkWatch {
  readonly #transport: WebRtcTransport;
  readonly #rates: TrackRates;
  readonly #handlers: LinkHandlers;
  /** What cameras' layers take, ascending, bit/s. */
  readonly #ladder: readonly number[];
  readonly #climbs: ClimbGuard;
  /** Where the estimate starts, bit/s. */
  readonly #start: number;
  /** Whether it was ever another: it stays there for a client that agreed to give feedback and gives none. */
  #moved = false;
  #state: BandwidthState = ALL_FITS;
  #lags = new Map<string, Lag>();
  #tight = false;
  #estimate = 0;
  #fellAt = Number.NEGATIVE_INFINITY;
  #watches = false;
  #looking = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    transport: WebRtcTransport,
    { rates, ladder, start }: { rates: TrackRates; ladder: readonly number[]; start: number },
    handlers: LinkHandlers,
  ) {
    this.#transport = transport;
    this.#rates = rates;
    this.#ladder = ladder;
    this.#start = start;
    this.#climbs = new ClimbGuard(ladder);
    this.#handlers = handlers;
    transport.on('trace', (event) => this.#trace(event));
  }

  /** Whether the estimate is too small for all that is wanted, so that it matters who comes first. */
  get tight(): boolean {
    return this.#tight;
  }

  /** What the link does to a track. */
  limitOn(trackId: string): LinkLimit {
    return {
      paused: isStarved(this.#state, trackId),
      layer: this.#lags.get(trackId)?.layer,
      barred: this.#climbs.barred(trackId, performance.now()),
    };
  }

  /** Watches while there is video that the link could be too small for. */
  async watch(): Promise<void> {
    const watches = this.#handlers.videos().length > 0;
    if (watches === this.#watches || this.#transport.closed) return;
    this.#watches = watches;
    if (!watches) this.#forget();
    await this.#transport.enableTraceEvent(watches ? ['bwe'] : []).catch((error: unknown) => {
      if (!this.#transport.closed) throw error;
    });
  }

  #trace({ type, info }: TransportTraceEventData): void {
    if (type !== 'bwe' || !this.#watches) return;
    const link = info as Estimate;
    const videos = this.#handlers.videos();
    const now = performance.now();
    const before = this.#tight;
    const wanting = link.availableBitrate < link.desiredBitrate * ROOMY;
    const falls = wanting && link.availableBitrate < this.#estimate * FALL;
    this.#estimate = link.availableBitrate;
    this.#moved ||= link.availableBitrate !== this.#start;
    if (falls && now - this.#fellAt > FALL_MS)
      void this.#fall(videos.filter(isHigh), now).catch(this.#handlers.failed);
    const climbing = videos.map(({ track, consumer }) => {
      return { trackId: track.producer.id, sent: consumer.currentLayers?.spatialLayer };
    });
    const freed = this.#climbs.free(link.availableBitrate, link.desiredBitrate, climbing, now);
    this.#tight = wanting || this.#climbs.active;
    const lagged = this.#follow(videos, now);
    if (freed || lagged || before !== this.#tight) this.#handlers.changed();
    this.#handlers.looked();
    if (this.#isEstimated(link) && this.#isClose(link, videos))
      void this.#look(link, now).catch(this.#handlers.failed);
  }

  async #fall(high: readonly WatchedVideo[], now: number): Promise<void> {
    this.#fellAt = now;
    const failed = high.map(({ track, consumer }): [string, number] => [
      track.producer.id,
      consumer.currentLayers?.spatialLayer ?? 0,
    ]);
    if (high.length === 0) return;
    this.#handlers.fell(high);
    const { loss } = await this.#figures();
    // An estimate falls for a probe as well, which says nothing of the layers.
    if (loss < FAILURE_LOSS) return;
    this.#climbs.bar(new Map(failed), now);
    this.#handlers.changed();
  }

  /** What the transport says of itself; nothing of one that is closed meanwhile. */
  async #figures(): Promise<{ sent: number; loss: number }> {
    const stats = await this.#transport.getStats().catch((error: unknown) => {
      if (!this.#transport.closed) throw error;
      return [];
    });
    const [{ rtpSendBitrate: sent = 0, rtpPacketLossSent: loss = 0 } = {}] = stats;
    return { sent, loss };
  }

  /** @returns whether the limit on a video is another */
  #follow(videos: readonly WatchedVideo[], now: number): boolean {
    const before = this.#lags;
    this.#lags = new Map();
    let changed = false;
    for (const video of videos) {
      const { id } = video.track.producer;
      const lag = before.get(id) ?? {};
      const sent = video.consumer.currentLayers?.spatialLayer;
      // What is not sent at all is another matter, and not of the link's where its publisher does not send it.
      const layer =
        sent === undefined || video.layers < 2
          ? {}
          : followLayer(lag, { sent, due: dueOf(video), tight: this.#tight }, now);
      this.#lags.set(id, layer);
      changed ||= layer.layer !== lag.layer;
    }
    return changed;
  }

  /** Whether there is a link behind the estimate, or a bound that was set. */
  #isEstimated({ availableBitrate, maxBitrate }: Estimate): boolean {
    return this.#moved || availableBitrate >= maxBitrate;
  }

  /** Whether the least of everything might not fit. */
  #isClose({ availableBitrate, desiredBitrate }: Estimate, videos: readonly WatchedVideo[]): boolean {
    if (videos.some(({ track }) => isStarved(this.#state, track.producer.id))) return true;
    if (videos.some(isDropped)) return true;
    const single = videos.some(({ layers }) => layers === 1);
    if (single && availableBitrate < desiredBitrate * ROOMY) return true;
    const least = videos.filter(({ layers }) => layers > 1).length * (this.#ladder[0] ?? 0);
    return availableBitrate < least + this.#handlers.sounds().length * SOUND;
  }

  async #look(link: Estimate, now: number): Promise<void> {
    if (this.#looking || now - this.#lookedAt < LOOK_MS) return;
    this.#looking = true;
    this.#lookedAt = now;
    try {
      const [{ sent, loss }, needs, audio] = await Promise.all([
        this.#figures(),
        Promise.all(this.#handlers.videos().map((video) => this.#needOf(video))),
        this.#audio(),
      ]);
      if (this.#transport.closed || !this.#watches) return;
      const { availableBitrate: estimate, maxBitrate: most, minBitrate: floor } = link;
      const before = this.#state;
      this.#state = judge(before, { estimate, most, floor, loss, sent, audio }, needs, performance.now());
      const changed = needs.some(
        ({ trackId }) => isStarved(before, trackId) !== isStarved(this.#state, trackId),
      );
      if (changed) this.#handlers.changed();
    } finally {
      this.#looking = false;
    }
  }

  async #needOf(video: WatchedVideo): Promise<VideoNeed> {
    const { priority, layers, track, sent } = video;
    const { lowest, total } = await this.#rates.of(sent.producer);
    const need = layers > 1 ? lowest : total;
    return { trackId: track.producer.id, priority, need, dropped: isDropped(video) };
  }

  async #audio(): Promise<number> {
    const sounds = this.#handlers.sounds().filter(({ track }) => !track.producer.paused);
    const rates = await Promise.all(sounds.map(({ track }) => this.#rates.of(track.producer)));
    return rates.reduce((sum, { total }) => sum + total, 0);
  }

  #forget(): void {
    this.#state = ALL_FITS;
    this.#lags = new Map();
    this.#tight = false;
    this.#estimate = 0;
  }
}
