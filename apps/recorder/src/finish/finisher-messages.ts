import type { FinishPlan } from '@parley/protocol/recording/recorder-api';
import type { Finished, FinishSettings } from './finish-io.ts';

/** To a finisher's process: first the order, then answers. */
export type ToFinisher =
  | { type: 'finish'; plan: FinishPlan; settings: FinishSettings }
  /** Answers `read` and `put` of that number. */
  | { type: 'done'; id: number; path?: string }
  | { type: 'failed'; id: number; message: string };

/** What a finisher's process asks for and says. */
export type FromFinisher =
  | { type: 'ready' }
  | { type: 'read'; id: number; file: string }
  | { type: 'release'; file: string }
  | { type: 'put'; id: number; local: string; file: string }
  | { type: 'progress'; done: number }
  | { type: 'finished'; finished: Finished }
  | { type: 'gave-up'; message: string; again: boolean };
