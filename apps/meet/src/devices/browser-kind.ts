/** Browsers, as far as they differ in where a page's permissions are. */
export type BrowserKind =
  | 'chrome'
  | 'chrome-phone'
  | 'firefox'
  | 'safari'
  | 'safari-phone'
  /** On iPhones other browsers get their permissions from the system. */
  | 'other-iphone'
  | 'other';

/** Which it is, by its `User-Agent`: only for advice, never to decide what works. */
export function browserKind(userAgent: string): BrowserKind {
  if (/iPhone|iPad/.test(userAgent))
    return /CriOS|FxiOS|EdgiOS/.test(userAgent) ? 'other-iphone' : 'safari-phone';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrome\//.test(userAgent)) return /Android/.test(userAgent) ? 'chrome-phone' : 'chrome';
  if (/Safari\//.test(userAgent)) return 'safari';
  return 'other';
}

/** Signs of apps that show links in a browser of their own, which mostly gets no camera. */
const APPS: readonly [RegExp, string][] = [
  [/Instagram/, 'Instagram'],
  [/FBAN|FBAV|FB_IAB/, 'Facebook'],
  [/MicroMessenger/, 'WeChat'],
  [/\bLine\//, 'LINE'],
  [/LinkedInApp/, 'LinkedIn'],
  [/Snapchat/, 'Snapchat'],
  [/BytedanceWebview|musical_ly|TikTok/, 'TikTok'],
  // Android's mark of a page inside any other app.
  [/; wv\)/, ''],
];

/** The app in which the page is shown, empty if it cannot be told which; undefined in a browser proper. */
export function appAround(userAgent: string): string | undefined {
  return APPS.find(([sign]) => sign.test(userAgent))?.[1];
}
