import { freeText } from './setting.ts';

/** The name that was used last. */
export const lastName = freeText('name');
