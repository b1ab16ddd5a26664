const KEY = 'parley.name';

/** The name that was used last on this machine. */
export function rememberedName(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    // Storage can be switched off.
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Then it is typed again next time.
  }
}
