import { Setting, useSetting } from '../settings/setting.ts';

/** What Meet speaks, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/**
 * The language to begin with: of the address (`?lang=de`), else the one chosen last, else the first of the browser's
 * that is spoken here (BCP 47 tags), else English.
 */
export function firstLanguage(
  search: string,
  remembered: Language | undefined,
  preferred: readonly string[],
): Language {
  const ofAddress = primary(new URLSearchParams(search).get('lang') ?? '');
  if (isLanguage(ofAddress)) return ofAddress;
  return remembered ?? preferred.map(primary).find(isLanguage) ?? 'en';
}

/** The language of the page. */
export const language = new Setting<Language>('language', isLanguage, (remembered) =>
  firstLanguage(globalThis.location?.search ?? '', remembered, globalThis.navigator?.languages ?? []),
);

/** Changes it; the address no longer says another. */
export function changeLanguage(to: Language): void {
  const address = new URL(location.href);
  if (address.searchParams.has('lang')) {
    address.searchParams.delete('lang');
    history.replaceState(history.state, '', address);
  }
  language.set(to);
}

export function useLanguage(): Language {
  return useSetting(language);
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}
