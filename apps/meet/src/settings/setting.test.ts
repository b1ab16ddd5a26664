import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { choice, freeText } from './setting.ts';

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => stored.set(key, text),
  });
});
afterEach(() => vi.unstubAllGlobals());

const theme = () => choice('theme', ['system', 'dark'], 'system');

describe('a setting', () => {
  it('is what was chosen last', () => {
    expect(theme().current()).toBe('system');
    theme().set('dark');
    expect(theme().current()).toBe('dark');
  });

  it('is the default where something else is remembered', () => {
    stored.set('parley.theme', 'sepia');
    expect(theme().current()).toBe('system');
  });

  it('tells of changes only', () => {
    const name = freeText('name');
    const listener = vi.fn();
    const off = name.subscribe(listener);
    name.set('Ann');
    name.set('Ann');
    off();
    name.set('Bob');
    expect(listener).toHaveBeenCalledOnce();
  });

  it('works for the visit where the browser remembers nothing', () => {
    vi.stubGlobal('localStorage', undefined);
    const setting = theme();
    setting.set('dark');
    expect(setting.current()).toBe('dark');
  });
});
