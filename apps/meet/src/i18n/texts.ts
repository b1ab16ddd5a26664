import { de } from './de.ts';
import { en } from './en.ts';
import { type Language, language, useLanguage } from './language.ts';

/** All that Meet says, in one language: texts, and functions of what stands in them. */
export type Texts = typeof en;

const CATALOGUES: Record<Language, Texts> = { en, de };

/** What Meet says, in the page's language as it changes. */
export function useTexts(): Texts {
  return CATALOGUES[useLanguage()];
}

/** What Meet says now, for what is no component. */
export function currentTexts(): Texts {
  return CATALOGUES[language.current()];
}
