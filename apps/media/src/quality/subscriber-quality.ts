import type { TrackView, UpdateQuality } from '@parley/protocol/client-messages';
import { ParleyError } from '@parley/protocol/errors';
import type { WebRtcTransport } from 'mediasoup/types';
import { NO_LIMIT, type VideoLimit } from '../capacity/shed-step.ts';
import { layersOf, type PublishedTrack } from '../sessions/published-track.ts';
import type { SessionContext } from '../sessions/session-context.ts';
import type { Subscription } from '../sessions/subscription.ts';
import { LinkWatch } from './link-watch.ts';
import { decide, flows, type Situation, type TrackDecision } from './policy.ts';
import { type QualityNotice, QualityNotices } from './quality-notices.ts';
import { QualityWishes } from './quality-wishes.ts';
import { SpeakerOrder } from './speaker-order.ts';
import type { WatchedVideo } from './watched-video.ts';

type QualityContext = Pick<SessionContext, 'settings' | 'rates' | 'speakers'>;

/** What a subscriber's quality is about. */
export interface QualityHandlers {
  subscriptions(): Iterable<Subscription>;
  /** Brings what is sent in line with what is decided. */
  apply(): Promise<void>;
  onError(error: unknown): void;
}

/**
 * What one subscriber gets of each track: its wishes, the room, the server's load and its link, put before the policy. What the
 * policy decides is applied by whoever owns the consumers.
 */
export class SubscriberQuality {
  readonly #context: QualityContext;
  readonly #speakers: SpeakerOrder;
  readonly #wishes = new QualityWishes();
  readonly #notices: QualityNotices;
  readonly #situation: Omit<Situation, 'speakers'>;
  /** Videos of which nothing that was sent is to be sent again. */
  readonly #outdated = new Set<string>();
  #link: LinkWatch | undefined;
  #handlers: QualityHandlers | undefined;
  #closed = false;

  constructor(context: QualityContext, tell: (notice: QualityNotice) => void) {
    this.#context = context;
    this.#notices = new QualityNotices(tell);
    this.#speakers = new SpeakerOrder(context.speakers, () => this.#changed());
    this.#situation = { limit: NO_LIMIT, ladder: context.settings.layers };
  }

  /** What the server's load leaves from now on. Like what follows, to be applied by the caller. */
  set limit(limit: VideoLimit) {
    this.#situation.limit = limit;
  }

  /** The participants whose sound and cameras are forwarded to this one; undefined for all. */
  set forwarded(forwarded: ReadonlySet<string> | undefined) {
    this.#situation.forwarded = forwarded;
  }

  /** How all tracks are shown, in place of what was said before. */
  show(views: readonly TrackView[]): void {
    this.#wishes.show(views);
  }

  /** Tracks that the client wants whatever happens; they may be gone. */
  get pinned(): string[] {
    return this.#wishes.pinned;
  }

  /**
   * Takes a wish for a track, or for all cameras.
   *
   * @param wanted the tracks that the client should get
   * @returns those that it concerns, to be answered for once it is applied
   * @throws {ParleyError} `track_not_found`
   */
  wish({ quality, trackId }: UpdateQuality, wanted: readonly PublishedTrack[]): PublishedTrack[] {
    const videos = wanted.filter(({ producer }) => producer.kind === 'video');
    if (trackId === undefined) {
      const cameras = videos.filter(({ source }) => source === 'camera');
      this.#wishes.wishForCameras(quality, cameras);
      return cameras;
    }
    const concerned = videos.filter(({ producer }) => producer.id === trackId);
    if (concerned.length === 0) {
      throw new ParleyError('track_not_found', 'You receive no video with this trackId.');
    }
    this.#wishes.wishForTrack(quality, trackId);
    return concerned;
  }

  /** Says what a wish has come to. */
  answer(tracks: readonly PublishedTrack[]): void {
    for (const track of tracks)
      this.#notices.answer(track.producer.id, this.choose(track), performance.now());
  }

  /** The client gets a track no more; what it wished of it holds when it does again. */
  removed(trackId: string): void {
    this.#notices.forget(trackId);
    this.#outdated.delete(trackId);
  }

  /** A track is gone. */
  forget(trackId: string): void {
    this.#wishes.forget(trackId);
    this.removed(trackId);
  }

  /** What is decided for a track, under the room's limit or as it would be under another. */
  choose(track: PublishedTrack, limit = this.#situation.limit): TrackDecision {
    const { producer, participantId, source } = track;
    const facts = {
      trackId: producer.id,
      participantId,
      kind: producer.kind,
      source,
      layers: layersOf(producer),
    };
    const wish = this.#wishes.wishFor(track);
    const situation = { ...this.#situation, limit, speakers: this.#speakers.now };
    const decision = decide(facts, wish, situation, this.#link?.limitOn(producer.id));
    this.#wishes.settle(producer.id, decision.viewLayer);
    return decision;
  }

  /** Whether nothing that was sent of a video is to be sent again; asked once. */
  takeOutdated(trackId: string): boolean {
    return this.#outdated.delete(trackId);
  }

  /** Whether it matters who comes first: else the worker is not bothered with it. */
  get tight(): boolean {
    return this.#link?.tight ?? false;
  }

  /** Watches the link of a transport, which ends with it. @param start where its estimate starts, bit/s */
  attach(transport: WebRtcTransport, start: number, handlers: QualityHandlers): void {
    this.#handlers = handlers;
    const { rates, settings } = this.#context;
    const ladder = settings.layers.map(({ bitrate }) => bitrate);
    this.#link = new LinkWatch(
      transport,
      { rates, ladder, start },
      {
        videos: () => this.#videos(handlers),
        sounds: () => soundsOf(handlers),
        fell: (videos) => this.#fell(videos),
        changed: () => this.#changed(),
        failed: (error) => handlers.onError(error),
        looked: () => {
          if (this.#notices.waits) this.tellChanges();
        },
      },
    );
  }

  /** What is sent has been brought in line, and may need its link watched, or no longer. */
  async applied(): Promise<void> {
    await this.#link?.watch();
    // It may have ended while this waited for the worker.
    if (!this.#closed) this.#speakers.follow(this.tight);
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true;
    this.#handlers = undefined;
    this.#outdated.clear();
    this.#speakers.follow(false);
  }

  /** Tells of what the server's load, the link or the size of the room has begun to limit, or no longer limits. */
  tellChanges(): void {
    const now = performance.now();
    for (const { track, receives } of this.#handlers?.subscriptions() ?? []) {
      if (receives) this.#notices.changed(track.producer.id, this.choose(track), now);
    }
  }

  /**
   * What is lost of the layers before is of no use any more, but the client asks for it again and again, and the worker would send
   * it: several times what the link carries, the sound among it. It forgets what it has sent when it pauses.
   */
  #fell(videos: readonly WatchedVideo[]): void {
    if (videos.length === 0) return;
    for (const { track } of videos) this.#outdated.add(track.producer.id);
    this.#changed();
  }

  /** The link does something else, or others speak, which matters while it is tight. */
  #changed(): void {
    void this.#handlers?.apply().then(() => this.tellChanges(), this.#handlers.onError);
  }

  #videos({ subscriptions }: QualityHandlers): WatchedVideo[] {
    return [...subscriptions()].flatMap(({ track, sent, consumer, receives }) => {
      if (!receives || track.producer.kind !== 'video') return [];
      const decision = this.choose(track);
      if (!flows(decision) && decision.limitedBy !== 'bandwidth') return [];
      if (decision.hidden) return [];
      const { spatialLayer, priority } = decision;
      return [{ track, sent, consumer, layers: layersOf(sent.producer), spatialLayer, priority }];
    });
  }
}

function soundsOf({ subscriptions }: QualityHandlers): Subscription[] {
  return [...subscriptions()].filter(({ track, receives }) => receives && track.producer.kind === 'audio');
}
