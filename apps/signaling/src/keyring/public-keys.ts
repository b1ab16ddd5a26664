import type { Environment } from '../environment.ts';
import { KeyringObject, type PublicKeys } from './keyring-object.ts';

/** How long an isolate trusts its copy, milliseconds. */
const CACHE_MS = 5 * 60 * 1000;
/** At the most one look this often for a key that the copy lacks: strangers make up key ids for nothing. */
const COOLDOWN_MS = 5000;

let copy: PublicKeys | undefined;
/** When the Keyring was last asked. */
let askedAt = 0;

/**
 * The public keys, from this isolate's copy where that will do.
 *
 * @param wanted a key id; when the copy lacks it and is not brand-new, the Keyring is asked again
 */
export async function publicKeys(env: Environment, wanted?: string): Promise<PublicKeys> {
  const age = Date.now() - askedAt;
  if (copy !== undefined && age < CACHE_MS) {
    const has = wanted === undefined || copy.keys.some(({ kid }) => kid === wanted);
    if (has || age < COOLDOWN_MS) return copy;
  }
  askedAt = Date.now();
  // Only the result is shared between requests: a promise of one request must not be awaited by another.
  copy = await KeyringObject.of(env).publicKeys();
  return copy;
}

/** Forgets the copy; for tests, which begin with a new Keyring each. */
export function forgetPublicKeys(): void {
  copy = undefined;
}
