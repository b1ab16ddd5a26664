import type { SetView } from '@parley/protocol/client-messages';
import { NOT_VISIBLE, type ViewSize, watchElement } from './element-view.ts';

/** Milliseconds without a change after which the server is told: windows are dragged. */
const SETTLED_MS = 150;
/** What becomes visible is told as soon as what does so with it is known, ms. */
const TOGETHER_MS = 20;
/** Milliseconds between two requests at the least: a server takes 20 a second, and who scrolls fast uncovers ten tiles in one. */
const APART_MS = 100;
/** Most tracks that a request may name. */
const MOST_TRACKS = 1024;
/** Of a track that is wanted before anything is known of how it is shown: as large as there is. */
const ANY_SIZE: ViewSize = { width: 3840, height: 2160 };

interface View {
  /** What each element, and the application itself, say. */
  readonly sizes: Map<unknown, ViewSize>;
  /** The largest of them. */
  size: ViewSize;
  /** When it became visible again, by `performance.now()`. */
  shownAt: number;
}

/** What plays a track in an element. */
interface Player {
  readonly trackId: string;
  /** Plays what has arrived. */
  play(): void;
  /** Leaves the element as it is. */
  end(): void;
  /** Empties it, too. */
  detach(): void;
}

export interface TrackViewsOptions {
  /** Whether elements are watched. */
  readonly adaptive: boolean;
  /** What is to be played, or known at least. */
  track(trackId: string): MediaStreamTrack | undefined;
  /** Whether somebody publishes a video of this id. */
  isVideo(trackId: string): boolean;
  /** The server is to be told anew. */
  changed(): void;
}

/**
 * How the application shows the others' tracks, from which the server chooses what to send. Nothing is said of a track that
 * was never attached; one that is no longer attached anywhere counts as not visible.
 */
export class TrackViews {
  readonly #options: TrackViewsOptions;
  readonly #views = new Map<string, View>();
  readonly #pinned = new Set<string>();
  readonly #players = new Map<HTMLMediaElement, Player>();
  #said = '[]';
  #saidAt = Number.NEGATIVE_INFINITY;
  #isUrgent = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TrackViewsOptions) {
    this.#options = options;
  }

  /**
   * Plays a track in an element from now on, also when it arrives later, and watches how it is seen. It takes the place of what the
   * element played before. @returns ends both
   */
  attach(trackId: string, element: HTMLMediaElement): () => void {
    this.#players.get(element)?.detach();
    let playing: MediaStreamTrack | undefined;
    let stream: MediaStream | undefined;
    let unwatch: (() => void) | undefined;
    let wasInPage = false;
    const play = () => {
      if (this.#watches(trackId)) unwatch ??= watchElement(element as HTMLVideoElement, seen);
      wasInPage ||= element.isConnected;
      // Whoever only takes an element out of the page means its sound, too, which would go on.
      if (wasInPage && !element.isConnected) return;
      const track = this.#options.track(trackId);
      if (track === undefined || track === playing) return;
      playing = track;
      stream = new MediaStream([track]);
      element.srcObject = stream;
    };
    const seen = (size: ViewSize) => {
      // It may be in the page again.
      if (size.width > 0) play();
      this.#set(trackId, player, size);
    };
    const end = () => {
      if (this.#players.get(element) !== player) return;
      this.#players.delete(element);
      unwatch?.();
      if (unwatch) this.#set(trackId, player, undefined);
    };
    const detach = () => {
      end();
      if (stream && element.srcObject === stream) element.srcObject = null;
    };
    const player: Player = { trackId, play, end, detach };
    if (!this.#isClosed) this.#players.set(element, player);
    play();
    return detach;
  }

  /** What the application says itself. */
  set(trackId: string, size: ViewSize): void {
    this.#set(trackId, undefined, size);
  }

  pin(trackId: string, pinned: boolean): void {
    if (this.#pinned.has(trackId) === pinned) return;
    if (pinned) this.#pinned.add(trackId);
    else this.#pinned.delete(trackId);
    this.#tell(TOGETHER_MS);
  }

  /** A track has arrived. */
  arrived(): void {
    for (const { play } of this.#players.values()) play();
  }

  /** A track is over. */
  forget(trackId: string): void {
    for (const player of this.#players.values()) if (player.trackId === trackId) player.end();
    this.#views.delete(trackId);
    this.#pinned.delete(trackId);
  }

  /** Whether a track has not been visible at some time in the latest `ms`: the server has sent nothing of it. */
  isHidden(trackId: string, ms: number): boolean {
    const view = this.#views.get(trackId);
    return view !== undefined && (view.size.width === 0 || performance.now() - view.shownAt < ms);
  }

  /** All that is to say; nothing while nothing was ever said. */
  request(): SetView | undefined {
    const tracks = this.#tracks();
    const text = JSON.stringify(tracks);
    if (text === '[]' && this.#said === '[]') return undefined;
    this.#said = text;
    this.#saidAt = performance.now();
    return { type: 'set-view', tracks };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { end } of this.#players.values()) end();
  }

  #watches(trackId: string): boolean {
    const { adaptive, isVideo } = this.#options;
    return adaptive && !this.#isClosed && isVideo(trackId) && 'IntersectionObserver' in globalThis;
  }

  #tracks(): SetView['tracks'] {
    const trackIds = new Set([...this.#pinned, ...this.#views.keys()]);
    return [...trackIds].slice(0, MOST_TRACKS).map((trackId) => ({
      trackId,
      ...(this.#views.get(trackId)?.size ?? ANY_SIZE),
      ...(this.#pinned.has(trackId) && { pinned: true }),
    }));
  }

  #set(trackId: string, who: unknown, size: ViewSize | undefined): void {
    // Elements outlive their track for a moment.
    if (!this.#options.isVideo(trackId)) return;
    const known = this.#views.get(trackId);
    const view = known ?? { sizes: new Map(), size: NOT_VISIBLE, shownAt: Number.NEGATIVE_INFINITY };
    this.#views.set(trackId, view);
    if (size) view.sizes.set(who, size);
    else view.sizes.delete(who);
    const wasVisible = view.size.width > 0;
    view.size = [...view.sizes.values()].reduce(larger, NOT_VISIBLE);
    const isBack = !wasVisible && view.size.width > 0;
    if (isBack && known) view.shownAt = performance.now();
    this.#tell(isBack ? TOGETHER_MS : SETTLED_MS);
  }

  #tell(ms: number): void {
    if (this.#isUrgent || this.#isClosed) return;
    this.#isUrgent = ms === TOGETHER_MS;
    clearTimeout(this.#timer);
    const wait = Math.max(ms, this.#saidAt + APART_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#isUrgent = false;
      if (JSON.stringify(this.#tracks()) !== this.#said) this.#options.changed();
    }, wait);
  }
}

function larger(a: ViewSize, b: ViewSize): ViewSize {
  return a.width * a.height >= b.width * b.height ? a : b;
}
