import type { CaptureEvent, CaptureOrder } from '@parley/protocol/recording/capture';
import type { PlainTransport, Router } from 'mediasoup/types';
import type { Logger } from 'pino';
import { NO_LIMIT, type VideoLimit } from '../capacity/shed-step.ts';
import type { PublishedTrack } from '../sessions/published-track.ts';
import { type CapturePlace, describeTransport, openCaptureTransport } from './capture-transport.ts';
import { CapturedTrack, capturedLayer } from './captured-track.ts';
import { ClockTeller } from './clock-teller.ts';

/** What could not be captured is tried again so often, ms. */
const RETRY_MS = 5000;
/** How many tracks that have ended are told of again. */
const MAX_ENDED = 200;

/** What a capture is made of. */
export interface RoomCaptureOptions {
  order: CaptureOrder;
  place: CapturePlace;
  logger: Logger;
  /** For the recorder. */
  tell(event: CaptureEvent): void;
  /** It may take other videos than before, or others of their layers. */
  onWatched(): void;
}

/** All tracks of a room on their way to one recorder: one transport on each router with tracks, each track once. The room owns it. */
export class RoomCapture {
  readonly order: CaptureOrder;
  readonly #options: RoomCaptureOptions;
  readonly #wanted = new Map<string, PublishedTrack>();
  readonly #captured = new Map<string, CapturedTrack>();
  readonly #opening = new Set<string>();
  readonly #ended: string[] = [];
  readonly #transports = new Map<Router, Promise<PlainTransport>>();
  readonly #open = new Set<PlainTransport>();
  /** Of what a failure was told, so that it is told once. */
  readonly #failed = new Set<string>();
  readonly #clocks: ClockTeller;
  #limit: VideoLimit = NO_LIMIT;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RoomCaptureOptions) {
    this.#options = options;
    this.order = options.order;
    this.#clocks = new ClockTeller((reports) => options.tell({ type: 'clocks', reports }));
  }

  /** What is on its way. */
  get tracks(): CapturedTrack[] {
    return [...this.#captured.values()];
  }

  /** How many layers are wanted of each video, by track id. */
  get watched(): ReadonlyMap<string, number> {
    const videos = [...this.#wanted].filter(([, { producer }]) => producer.kind === 'video');
    return new Map(videos.map(([trackId, track]) => [trackId, this.layerUnder(track) + 1]));
  }

  /** The highest layer of a track that is sent, or would be under another limit. */
  layerUnder(track: PublishedTrack, limit = this.#limit): number {
    return capturedLayer(track, this.order, limit);
  }

  /** A track is there. */
  add(track: PublishedTrack): void {
    if (this.#closed || (this.order.audioOnly && track.producer.kind === 'video')) return;
    this.#wanted.set(track.producer.id, track);
    this.#options.onWatched();
    void this.#capture(track);
  }

  /** A track is gone. */
  remove(trackId: string): void {
    this.#failed.delete(trackId);
    if (!this.#wanted.delete(trackId)) return;
    this.#options.onWatched();
    this.#captured.get(trackId)?.close();
  }

  /** What the room's load leaves of video from now on. */
  limitVideo(limit: VideoLimit): void {
    this.#limit = limit;
    this.#options.onWatched();
    for (const captured of this.tracks) {
      captured
        .setLayer(this.layerUnder(captured.track))
        .catch((error: unknown) => this.#report(error, captured.track));
    }
  }

  /** Tells all there is to tell again. */
  repeat(): void {
    const { tell } = this.#options;
    for (const transport of this.#open) tell(describeTransport(transport));
    for (const { description } of this.#captured.values()) tell(description);
    for (const trackId of this.#ended) tell({ type: 'track-ended', trackId });
    this.#clocks.tellAll();
    this.#tryAgain();
  }

  /** Ends it; nothing more is told. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#clocks.close();
    this.#wanted.clear();
    for (const transport of this.#open) transport.close();
  }

  async #capture(track: PublishedTrack): Promise<void> {
    const trackId = track.producer.id;
    if (this.#opening.has(trackId)) return;
    this.#opening.add(trackId);
    try {
      const transport = await this.#transport(track.router.router);
      if (!this.#wants(track)) return;
      const captured = await CapturedTrack.open(track, transport, this.layerUnder(track));
      if (this.#wants(track)) await this.#begin(trackId, captured);
      else captured.close();
    } catch (error) {
      this.#report(error, track);
    } finally {
      this.#opening.delete(trackId);
    }
  }

  async #begin(trackId: string, captured: CapturedTrack): Promise<void> {
    const { tell } = this.#options;
    this.#captured.set(trackId, captured);
    this.#clocks.add(trackId, captured.clock);
    this.#failed.delete(trackId);
    tell(captured.description);
    try {
      await captured.start({
        muted: (muted) => tell({ type: 'track-muted', trackId, muted }),
        clock: () => this.#clocks.changed(trackId),
        ended: () => this.#ends(trackId, captured),
      });
      // What changed while it was made.
      await captured.setLayer(this.layerUnder(captured.track));
    } catch (error) {
      captured.close();
      throw error;
    }
  }

  #ends(trackId: string, captured: CapturedTrack): void {
    this.#captured.delete(trackId);
    this.#clocks.remove(trackId);
    if (this.#closed || captured.isWithoutTransport) return;
    this.#ended.push(trackId);
    if (this.#ended.length > MAX_ENDED) this.#ended.shift();
    this.#options.tell({ type: 'track-ended', trackId });
  }

  #wants({ producer }: PublishedTrack): boolean {
    return !this.#closed && !producer.closed && this.#wanted.has(producer.id);
  }

  #transport(router: Router): Promise<PlainTransport> {
    const known = this.#transports.get(router);
    if (known !== undefined) return known;
    const opened = this.#openTransport(router);
    this.#transports.set(router, opened);
    opened.catch(() => this.#transports.delete(router));
    return opened;
  }

  async #openTransport(router: Router): Promise<PlainTransport> {
    const { order, place, tell } = this.#options;
    const transport = await openCaptureTransport(router, order.target, place);
    if (this.#closed) {
      transport.close();
      throw new Error('the capture ended meanwhile');
    }
    this.#open.add(transport);
    transport.observer.once('close', () => {
      this.#open.delete(transport);
      this.#transports.delete(router);
      if (!this.#closed) tell({ type: 'transport-ended', transportId: transport.id });
    });
    tell(describeTransport(transport));
    return transport;
  }

  /** A track that ended meanwhile is no failure. */
  #report(error: unknown, track: PublishedTrack): void {
    if (!this.#wants(track) || track.router.router.closed) return;
    const { logger, tell, order } = this.#options;
    const { id: trackId } = track.producer;
    this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS);
    if (this.#failed.has(trackId)) return;
    this.#failed.add(trackId);
    const { recordingId, epoch } = order;
    logger.error(
      { event: 'capture-failed', recordingId, epoch, trackId, err: error },
      'a track is not captured',
    );
    const { ip, port } = order.target;
    const message =
      `The node cannot send this track to the recorder at ${ip}:${port}; it goes on trying. See that ` +
      'PARLEY_PLAIN_PORTS has free ports, and that PARLEY_CAPTURE_IP, where it is set, is an address of the node.';
    tell({ type: 'failed', trackId, code: 'recording_unavailable', message });
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (const [trackId, track] of this.#wanted) if (!this.#captured.has(trackId)) void this.#capture(track);
  }
}
