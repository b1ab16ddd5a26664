/** A box in which a picture is shown, device pixels; 0 × 0 where nobody can see it. */
export interface ViewSize {
  readonly width: number;
  readonly height: number;
}

export const NOT_VISIBLE: ViewSize = { width: 0, height: 0 };

/** A page counts as seen for so long after it was hidden: people glance at other tabs, ms. */
export const GLANCE_MS = 5000;
/** Most device pixels of a side that the server takes. */
const MOST_PIXELS = 16_384;

/**
 * Watches how large an element is seen: its size on the screen, whether it is scrolled away or its page hidden. One in a
 * picture-in-picture window is seen as large as that is, wherever its page is; one that is moved into another window, there.
 *
 * @param changed once it is known, and after each change that may matter
 * @returns ends it
 */
export function watchElement(element: HTMLVideoElement, changed: (size: ViewSize) => void): () => void {
  const page = element.ownerDocument;
  // An element may live in another window than this script.
  const view = page.defaultView ?? window;
  const ending = new AbortController();
  let box: ViewSize | undefined;
  let isOnScreen: boolean | undefined;
  let isPageSeen = page.visibilityState === 'visible';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let popUp: PictureInPictureWindow | undefined;

  const tell = () => {
    if (element.ownerDocument !== page) {
      end();
      end = watchElement(element, changed);
      return;
    }
    // A page knows of what is in its shadow trees no more than the host.
    const root = element.getRootNode() as Document | ShadowRoot;
    const isPoppedOut = root.pictureInPictureElement === element;
    // A hidden page measures nothing.
    if (isPageSeen && (box === undefined || isOnScreen === undefined)) return;
    const inPage = isPageSeen && isOnScreen ? box : undefined;
    const { width, height } = (isPoppedOut ? (popUp ?? box) : inPage) ?? NOT_VISIBLE;
    changed({ width: pixels(width), height: pixels(height) });
  };
  const pixels = (side: number) => Math.min(MOST_PIXELS, Math.round(side * view.devicePixelRatio));
  const listen = (target: EventTarget, name: string, heard: (event: Event) => void) =>
    target.addEventListener(name, heard, { signal: ending.signal });

  const sizes = new view.ResizeObserver((entries) => {
    box = entries.at(-1)?.contentRect;
    tell();
  });
  const places = new view.IntersectionObserver(
    (entries) => {
      // What only touches the edge is intersecting, too.
      isOnScreen = (entries.at(-1)?.intersectionRatio ?? 0) > 0;
      tell();
    },
    { threshold: 0.01 },
  );
  listen(page, 'visibilitychange', () => {
    clearTimeout(timer);
    const isVisible = page.visibilityState === 'visible';
    const see = () => {
      isPageSeen = isVisible;
      tell();
    };
    if (isVisible) see();
    else timer = setTimeout(see, GLANCE_MS);
  });
  // The element's box does not change when its window goes to a screen with other pixels.
  listen(view, 'resize', tell);
  listen(element, 'enterpictureinpicture', (event) => {
    popUp = (event as PictureInPictureEvent).pictureInPictureWindow;
    listen(popUp, 'resize', tell);
    tell();
  });
  listen(element, 'leavepictureinpicture', tell);
  let end = () => {
    ending.abort();
    clearTimeout(timer);
    sizes.disconnect();
    places.disconnect();
  };
  sizes.observe(element);
  places.observe(element);
  if (!isPageSeen) tell();
  return () => end();
}
