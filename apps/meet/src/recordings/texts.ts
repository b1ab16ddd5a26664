import type { Recording } from '@parley/protocol/rest';
import { type Language, useLanguage } from '../i18n/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';

/** What the page of recordings says in one language. It is no part of the main catalogue, which every page loads. */
export interface RecordingTexts {
  readonly title: string;
  readonly titleOf: (room: string) => string;
  readonly home: string;
  readonly toRoom: string;
  readonly loading: string;
  readonly none: string;
  readonly noneHint: string;
  readonly more: string;
  readonly again: string;
  readonly stale: string;
  readonly notAllowed: string;
  readonly notAllowedHint: string;
  readonly failed: string;
  readonly room: (room: string) => string;
  readonly status: Record<Recording['status'], string>;
  readonly percent: (share: string) => string;
  readonly progress: string;
  readonly show: (when: string) => string;
  readonly startedBy: (name: string) => string;
  readonly participants: (names: string) => string;
  readonly soundOnly: string;
  readonly goesOn: string;
  readonly isFinishing: string;
  readonly whyFailed: (reason: string) => string;
  readonly nothing: string;
  readonly deletesAt: (when: string) => string;
  readonly kept: string;
  readonly gone: string;
  readonly files: {
    readonly participant: (name: string) => string;
    readonly screen: (name: string) => string;
    readonly somebody: string;
    readonly composite: string;
    readonly layouts: Record<'grid' | 'speaker' | 'screen', string>;
    readonly from: (offset: string) => string;
    readonly download: string;
    readonly downloadOf: (file: string) => string;
    readonly cannotPlay: string;
    readonly notSupported: (type: string) => string;
  };
  readonly gaps: {
    readonly title: string;
    readonly hint: string;
    readonly of: (name: string, from: string, to: string, why: string) => string;
    readonly ofAll: (from: string, to: string, why: string) => string;
    readonly why: Record<Recording['gaps'][number]['reason'], string>;
    readonly more: (count: number) => string;
  };
  readonly delete: string;
  readonly deleteOf: (when: string) => string;
  readonly confirmDelete: (when: string) => string;
  readonly deleted: string;
}

const CATALOGUES: Record<Language, RecordingTexts> = { en, de };

/** What the page says, in its language as it changes. */
export function useRecordingTexts(): RecordingTexts {
  return CATALOGUES[useLanguage()];
}
