import { describe, expect, it } from 'vitest';
import { KEYS, shortcutOf, takesSpace, takesText } from './shortcuts.ts';

const press = (key: string, more = {}) =>
  shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

describe('a key', () => {
  it('is the shortcut that is shown for it, in either case', () => {
    for (const [shortcut, key] of Object.entries(KEYS)) {
      expect(press(key)).toBe(shortcut);
      expect(press(key.toLowerCase())).toBe(shortcut);
    }
  });

  it('is none with Ctrl, Command or Alt, while it is held, and where nothing is bound to it', () => {
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey', 'repeat']) {
      expect(press('m', { [modifier]: true })).toBeUndefined();
    }
    expect(press('x')).toBeUndefined();
    expect(press('constructor')).toBeUndefined();
  });
});

describe('what has the focus', () => {
  const at = (tagName: string, isContentEditable = false) => ({ tagName, isContentEditable });

  it('keeps letters where one writes or chooses', () => {
    expect(['INPUT', 'TEXTAREA', 'SELECT'].map((tag) => takesText(at(tag)))).toEqual([true, true, true]);
    expect(takesText(at('DIV', true))).toBe(true);
    expect(['BUTTON', 'BODY'].map((tag) => takesText(at(tag)))).toEqual([false, false]);
  });

  it('keeps the space bar where it presses something', () => {
    expect(['INPUT', 'BUTTON', 'A'].map((tag) => takesSpace(at(tag)))).toEqual([true, true, true]);
    expect(['BODY', 'SECTION'].map((tag) => takesSpace(at(tag)))).toEqual([false, false]);
  });
});
