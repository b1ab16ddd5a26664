import { codecName, type PublishedTrack } from './published-track.ts';

/** A publisher that has not sent what it was asked for by then is not waited for, ms. */
export const FALLBACK_WAIT_MS = 5_000;
/** A fallback that nobody has needed for so long is given up: people come back, ms. */
export const FALLBACK_IDLE_MS = 10_000;

/** Somebody who cannot decode a track. */
export interface FallbackViewer {
  /** Whether it may be able to decode a codec, by its name in SDP. */
  accepts(codec: string): boolean;
  /** There is another fallback than before, or none any more: look again. */
  changed(): void;
  /** None has come, or there is no codec for it. One may come later. */
  failed(): void;
}

/**
 * The second codec of a track, for those who cannot decode the first. Its publisher is asked for it when the first of them
 * needs it, and told when nobody has needed it for a while. One for all of them: the first by the server's priority that each
 * may be able to decode. It is no track of its own, and goes by the name of the first to whoever gets it.
 *
 * Owned by the m-line of the track, and closed with it.
 */
export class FallbackCodec {
  readonly #codecs: readonly string[];
  readonly #ask: (codec: string, wanted: boolean) => void;
  /** Who needs it, and until when those wait to whom none has come. */
  readonly #viewers = new Map<FallbackViewer, NodeJS.Timeout | undefined>();
  /** What the publisher was asked for last. */
  #codec: string | undefined;
  #track: PublishedTrack | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param codecs what the publisher can send beside what it sends, most wanted first
   * @param ask tells the publisher
   */
  constructor(codecs: readonly string[], ask: (codec: string, wanted: boolean) => void) {
    this.#codecs = codecs;
    this.#ask = ask;
  }

  /**
   * Somebody needs it, until it is released. To be called again after each change, and when it turned out that it cannot decode
   * what it got.
   *
   * @returns the fallback, once there is one
   */
  need(viewer: FallbackViewer): PublishedTrack | undefined {
    if (this.#closed) return undefined;
    // Who has come to accept none of them is told so when there is one, and is not to keep it from the others.
    const others = [...this.#viewers.keys()].filter((one) =>
      this.#codecs.some((codec) => one.accepts(codec)),
    );
    const everybody = [...new Set([...others, viewer])];
    const fits = (codec: string) => everybody.every((one) => one.accepts(codec));
    const codec = [...(this.#codec === undefined ? [] : [this.#codec]), ...this.#codecs].find(fits);
    if (codec === undefined) {
      this.release(viewer);
      viewer.failed();
      return undefined;
    }
    clearTimeout(this.#idle);
    const isThere = this.#track !== undefined && codecName(this.#track.producer) === codec;
    const waiting = this.#viewers.get(viewer);
    const wait = () => setTimeout(() => viewer.failed(), FALLBACK_WAIT_MS);
    this.#viewers.set(viewer, isThere ? undefined : (waiting ?? wait()));
    if (codec !== this.#codec) {
      this.#codec = codec;
      this.#ask(codec, true);
    }
    return isThere ? this.#track : undefined;
  }

  /** Somebody needs it no longer. */
  release(viewer: FallbackViewer): void {
    clearTimeout(this.#viewers.get(viewer));
    if (this.#viewers.delete(viewer)) this.#rest();
  }

  /** The publisher sends one from now on, or no longer. */
  use(track: PublishedTrack | undefined): void {
    const before = this.#track && codecName(this.#track.producer);
    this.#track = track;
    if (track !== undefined) this.#codec ??= codecName(track.producer);
    // One in the codec that was asked for since may be about to come.
    else if (before === this.#codec) this.#codec = undefined;
    for (const [viewer, waiting] of [...this.#viewers]) {
      clearTimeout(waiting);
      this.#viewers.set(viewer, undefined);
      viewer.changed();
    }
    this.#rest();
  }

  /** What the publisher was told may have been lost. */
  repeat(): void {
    const has = this.#track && codecName(this.#track.producer);
    if (this.#codec !== undefined && this.#codec !== has) this.#ask(this.#codec, true);
    else if (this.#codec === undefined && has !== undefined) this.#ask(has, false);
  }

  /** The track is muted or not, and the fallback with it. */
  async setMuted(muted: boolean): Promise<void> {
    const producer = this.#track?.producer;
    if (producer === undefined || producer.closed) return;
    await (muted ? producer.pause() : producer.resume());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#idle);
    for (const waiting of this.#viewers.values()) clearTimeout(waiting);
    this.#viewers.clear();
  }

  /** One that nobody needs is given up after a while. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#closed || this.#viewers.size > 0 || this.#codec === undefined) return;
    this.#idle = setTimeout(() => {
      if (this.#codec !== undefined) this.#ask(this.#codec, false);
      this.#codec = undefined;
    }, FALLBACK_IDLE_MS);
  }
}
