/** What keys do in the call. */
export type Shortcut = 'microphone' | 'camera' | 'screen' | 'chat' | 'people' | 'statistics' | 'help';

/** The key of each shortcut, as it is shown, in the order in which the help lists them. */
export const KEYS = {
  microphone: 'M',
  camera: 'V',
  screen: 'S',
  chat: 'C',
  people: 'P',
  statistics: 'I',
  help: '?',
} as const satisfies Record<Shortcut, string>;

const BY_KEY = new Map<string, Shortcut>(
  (Object.keys(KEYS) as Shortcut[]).map((shortcut) => [KEYS[shortcut].toLowerCase(), shortcut]),
);

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/** The shortcut that a key is, unless it belongs to the browser or the system, or is only held. */
export function shortcutOf({ key, ctrlKey, metaKey, altKey, repeat }: KeyPress): Shortcut | undefined {
  return ctrlKey || metaKey || altKey || repeat ? undefined : BY_KEY.get(key.toLowerCase());
}

/** The part of an element that decides. */
export interface KeyTarget {
  readonly tagName: string;
  readonly isContentEditable: boolean;
}

const TAKES_TEXT = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
/** The space bar presses or opens these. */
const TAKES_SPACE = new Set([...TAKES_TEXT, 'BUTTON', 'A', 'SUMMARY', 'VIDEO']);

/** Whether letters typed there are text, or choose something. */
export function takesText({ tagName, isContentEditable }: KeyTarget): boolean {
  return isContentEditable || TAKES_TEXT.has(tagName);
}

/** Whether the space bar does something there. */
export function takesSpace({ tagName, isContentEditable }: KeyTarget): boolean {
  return isContentEditable || TAKES_SPACE.has(tagName);
}
