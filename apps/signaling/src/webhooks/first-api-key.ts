import type { SigningApiKey } from './webhook-service.ts';

/** The first of the keys of `PARLEY_API_KEYS`, `id:secret` separated by commas; undefined when there is none. */
export function firstApiKey(keys: string | undefined): SigningApiKey | undefined {
  const [first = ''] = (keys ?? '').split(',');
  const [id = '', secret = ''] = first.trim().split(':');
  return id === '' || secret === '' ? undefined : { id, secret };
}
