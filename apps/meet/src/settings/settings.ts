import type { Quality } from '@parley/protocol/track';
import { LAYOUTS } from '../stage/arrangement.ts';
import { choice, freeText } from './setting.ts';

const SWITCH = ['on', 'off'] as const;

/** The name that was used last. */
export const lastName = freeText('name');

/** Ids of the devices that were chosen last; empty for whichever the browser prefers. */
export const chosenDevices = {
  camera: freeText('camera'),
  microphone: freeText('microphone'),
  speaker: freeText('speaker'),
};

/** What was on in the lobby. */
export const startsWith = {
  camera: choice('camera-on', SWITCH, 'on'),
  microphone: choice('microphone-on', SWITCH, 'on'),
};

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
/** Light or dark, or as the system has it. */
export const theme = choice('theme', THEMES, 'system');

/** Whether one sees oneself as in a mirror. */
export const mirror = choice('mirror', SWITCH, 'on');

export const QUALITIES = ['auto', 'high', 'medium', 'low'] as const satisfies readonly Quality[];
/** How the others' cameras are received. */
export const receivedQuality = choice('quality', QUALITIES, 'auto');

/** How the stage was arranged last. */
export const lastLayout = choice('layout', LAYOUTS, 'auto');
/** Whether figures of the connection are shown in the call. */
export const statistics = choice('statistics', SWITCH, 'off');

/** Whether keys do something in the call. */
export const shortcuts = choice('shortcuts', SWITCH, 'on');
