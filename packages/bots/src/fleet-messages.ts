import type { BotOptions } from './bot.ts';
import type { BotFigures } from './bot-figures.ts';
import type { Pace } from './bot-squad.ts';
import type { FleetFigures } from './fleet-figures.ts';

/** To a process of bots. */
export type ToWorker =
  | { type: 'start'; plan: readonly BotOptions[]; pace: Pace }
  | { type: 'figures' }
  | { type: 'bots' }
  | { type: 'idle'; idles: boolean }
  | { type: 'close' };

/** From a process of bots: each answers the message of the same name. */
export type FromWorker =
  | { type: 'start' }
  | { type: 'figures'; figures: FleetFigures }
  | { type: 'bots'; bots: BotFigures[] }
  | { type: 'idle' }
  | { type: 'close' };
