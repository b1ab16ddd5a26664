import type { Environment } from '../environment.ts';
import { KeyringObject, type SigningKey } from './keyring-object.ts';

/**
 * A Room's copy of the signing key, kept in its storage: only a room's first join ever asks the Keyring, and a
 * rotation happens behind a join, not before it.
 */
export class KeyCache {
  readonly #env: Environment;
  readonly #ctx: DurableObjectState;
  #key: SigningKey | undefined;
  #refreshing: Promise<SigningKey> | undefined;
  readonly #isRoom: () => boolean;

  /** @param isRoom whether there is a room now: an empty object must stay empty */
  constructor(ctx: DurableObjectState, env: Environment, isRoom: () => boolean) {
    this.#ctx = ctx;
    this.#env = env;
    this.#isRoom = isRoom;
  }

  /** A key that may sign now. */
  async get(): Promise<SigningKey> {
    this.#key ??= await this.#ctx.storage.get<SigningKey>('signing-key');
    const now = Date.now();
    if (this.#key === undefined || now >= this.#key.expiresAt) return this.#refresh();
    if (now >= this.#key.refreshAt) this.#ctx.waitUntil(this.#refresh().catch(() => undefined));
    return this.#key;
  }

  /** Forgets the key; call it before the storage is wiped. */
  forget(): void {
    this.#key = undefined;
  }

  #refresh(): Promise<SigningKey> {
    this.#refreshing ??= (async () => {
      try {
        const key = await KeyringObject.of(this.#env).signingKey();
        // Nothing would ever wipe a key that outlived its room.
        if (this.#isRoom()) {
          await this.#ctx.storage.put('signing-key', key);
          this.#key = key;
        }
        return key;
      } finally {
        this.#refreshing = undefined;
      }
    })();
    return this.#refreshing;
  }
}
