import { vi } from 'vitest';

/** What observes, by what it observes. */
type Observers = Map<unknown, Set<(entry: unknown) => void>>;

class FakeObserver {
  readonly #observers: Observers;
  readonly #heard: (entry: unknown) => void;

  constructor(observers: Observers, callback: (entries: unknown[]) => void) {
    this.#observers = observers;
    this.#heard = (entry) => callback([entry]);
  }

  observe(element: unknown): void {
    const heard = this.#observers.get(element) ?? new Set();
    this.#observers.set(element, heard.add(this.#heard));
  }

  disconnect(): void {
    for (const heard of this.#observers.values()) heard.delete(this.#heard);
  }
}

/** A page whose elements a test shows, hides and sizes. Made one for each test: it takes the observers' globals. */
export class FakeScreen extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  pictureInPictureElement: unknown = null;
  readonly defaultView: EventTarget & { devicePixelRatio: number };
  readonly #sizes: Observers = new Map();
  readonly #places: Observers = new Map();

  constructor(devicePixelRatio = 1) {
    super();
    const [sizes, places] = [this.#sizes, this.#places];
    const observers = {
      ResizeObserver: class extends FakeObserver {
        constructor(callback: (entries: unknown[]) => void) {
          super(sizes, callback);
        }
      },
      IntersectionObserver: class extends FakeObserver {
        constructor(callback: (entries: unknown[]) => void) {
          super(places, callback);
        }
      },
    };
    this.defaultView = Object.assign(new EventTarget(), { devicePixelRatio, ...observers });
    vi.stubGlobal('IntersectionObserver', observers.IntersectionObserver);
  }

  /** A `<video>` of this page. */
  video(): HTMLVideoElement {
    const element = Object.assign(new EventTarget(), { srcObject: null, isConnected: true });
    return this.adopt(element as unknown as HTMLVideoElement);
  }

  /** The element is moved into this page, or into a shadow tree of it. */
  adopt(element: HTMLVideoElement, root: object = this): HTMLVideoElement {
    return Object.assign(element, { ownerDocument: this, getRootNode: () => root });
  }

  /** The element has a size, CSS pixels, and is on the screen, or scrolled away. */
  show(element: HTMLVideoElement, width: number, height: number, isIn = true): void {
    for (const heard of this.#sizes.get(element) ?? []) heard({ contentRect: { width, height } });
    this.scroll(element, isIn);
  }

  scroll(element: HTMLVideoElement, isIn: boolean): void {
    // Scrolled away as little as can be: its edge touches the screen's.
    for (const heard of this.#places.get(element) ?? [])
      heard({ isIntersecting: true, intersectionRatio: isIn ? 1 : 0 });
  }

  /** The person goes to another tab, or comes back. */
  turn(visibilityState: DocumentVisibilityState): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }

  /** The person takes the picture out of the page, into a window of a size, or puts it back. */
  popOut(element: HTMLVideoElement, window: EventTarget | undefined): void {
    const root = element.getRootNode();
    // Out of a shadow tree the page sees its host only.
    this.pictureInPictureElement = window && {};
    Object.assign(root, { pictureInPictureElement: window && element });
    const event = new Event(window ? 'enterpictureinpicture' : 'leavepictureinpicture');
    element.dispatchEvent(Object.assign(event, { pictureInPictureWindow: window }));
  }

  /** How many observers are left. */
  get observed(): number {
    return [...this.#sizes.values(), ...this.#places.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
