import type { CallReason, CheckName, Outcome, Reasons, SkipReason } from '@parley/client/connection-test';
import { type Language, useLanguage } from '../i18n/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';

/** What is wrong, and what to do about it. */
export interface Advice {
  readonly what: string;
  /** For who runs the test. */
  readonly user: string;
  /** For who runs their network, or the server. */
  readonly admin?: string;
}

/** What a check's own reasons say; those of calls are said once. */
type OwnAdvice<C extends CheckName> = Record<Exclude<Reasons[C], CallReason>, Advice>;

/** What the page of the connection test says in one language. It is no part of the main catalogue, which every page loads. */
export interface TestTexts {
  readonly title: string;
  readonly intro: string;
  readonly withDevices: string;
  readonly inRoom: (room: string) => string;
  readonly start: string;
  readonly again: string;
  readonly stop: string;
  readonly skip: string;
  readonly copyText: string;
  readonly copyJson: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly home: string;
  readonly forYou: string;
  readonly forAdmin: string;
  readonly serverAddresses: string;
  readonly code: string;
  readonly seconds: (value: string) => string;
  readonly summary: Record<Exclude<Outcome, 'skipped'> | 'stopped', string>;
  readonly outcome: Record<Outcome | 'running' | 'waiting', string>;
  readonly checks: Record<CheckName, string>;
  readonly found: {
    readonly works: string;
    readonly worksNot: string;
    readonly camera: string;
    readonly microphone: string;
    readonly answered: (ms: string) => string;
    readonly socket: (open: string, ping: string, join: string) => string;
    readonly connected: (ms: string, way: string) => string;
    readonly sent: (size: string, rate: string, way: string) => string;
    readonly received: (size: string, frames: string) => string;
    readonly delay: (ms: string) => string;
    readonly back: (socket: string, media: string) => string;
    readonly roundTrip: (ms: string) => string;
    readonly loss: (up: string, down: string) => string;
    readonly jitter: (up: string, down: string) => string;
    readonly rates: (up: string, down: string) => string;
  };
  readonly skipped: Record<Exclude<SkipReason, 'needs'>, string>;
  readonly needs: (check: string) => string;
  readonly unexpected: Advice;
  readonly calls: Record<CallReason, Advice>;
  readonly advice: { readonly [C in CheckName]: OwnAdvice<C> };
}

const CATALOGUES: Record<Language, TestTexts> = { en, de };

/** What the page says, in its language as it changes. */
export function useTestTexts(): TestTexts {
  return CATALOGUES[useLanguage()];
}
