import { useSyncExternalStore } from 'react';

/** A choice of the person's, remembered on this machine where the browser lets the page do so. */
export class Setting<T extends string> {
  readonly #key: string;
  #value: T;
  readonly #listeners = new Set<() => void>();

  /**
   * @param key in localStorage, without the prefix
   * @param isValid whether a remembered text still means something
   * @param initial what holds at first, given what is remembered
   */
  constructor(key: string, isValid: (text: string) => text is T, initial: (remembered: T | undefined) => T) {
    this.#key = `parley.${key}`;
    const text = read(this.#key);
    this.#value = initial(text !== undefined && isValid(text) ? text : undefined);
  }

  readonly current = (): T => this.#value;

  readonly set = (value: T): void => {
    write(this.#key, value);
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  };

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };
}

/** The setting's value, as it changes. */
export function useSetting<T extends string>({ subscribe, current }: Setting<T>): T {
  return useSyncExternalStore(subscribe, current, current);
}

/** A setting of a few values. */
export function choice<const T extends string>(key: string, values: readonly T[], fallback: T): Setting<T> {
  const isValid = (text: string): text is T => values.some((value) => value === text);
  return new Setting(key, isValid, (remembered) => remembered ?? fallback);
}

/** A setting that may be any text. */
export function freeText(key: string): Setting<string> {
  return new Setting(
    key,
    (_text): _text is string => true,
    (remembered = '') => remembered,
  );
}

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    // Storage can be switched off.
    return undefined;
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Then it is chosen again next time.
  }
}
