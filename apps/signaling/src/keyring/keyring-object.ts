import { DurableObject } from 'cloudflare:workers';
import { TOKEN_ALGORITHM } from '@parley/protocol/tokens';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Environment } from '../environment.ts';

const HOUR = 60 * 60 * 1000;
/** A key signs for a day, then the next one does. */
const ROTATE_AFTER = 24 * HOUR;
/** The next key is published this long before it signs, so that no cache of public keys is behind it. */
const PUBLISH_AHEAD = HOUR;
/** Who cached a key may sign with it this long: a failing Keyring stops no join for another day. */
const SIGN_UNTIL = 48 * HOUR;
/** Published until everything it signed has expired: assignments live a day. */
const PUBLISH_UNTIL = SIGN_UNTIL + 25 * HOUR;

interface StoredKey {
  kid: string;
  /** From when on it signs. */
  signsFrom: number;
  privateJwk: JWK;
  publicJwk: JWK;
}

/** A key to sign with, and until when. Times in milliseconds since the epoch. */
export interface SigningKey {
  kid: string;
  privateJwk: JWK;
  /** From here on, ask the Keyring for its next key. */
  refreshAt: number;
  /** From here on, do not sign with it. */
  expiresAt: number;
}

/** A JSON Web Key Set (RFC 7517 §5) of public keys. */
export interface PublicKeys {
  keys: JWK[];
}

/** Makes, rotates and publishes the keys that tickets, assignments and node tokens are signed with. One for the whole server. */
export class KeyringObject extends DurableObject<Environment> {
  /** The one Keyring. */
  static of(env: Environment): DurableObjectStub<KeyringObject> {
    return env.KEYRINGS.getByName('keyring');
  }

  async signingKey(): Promise<SigningKey> {
    const keys = await this.#current();
    const now = Date.now();
    const key = keys.findLast(({ signsFrom }) => signsFrom <= now);
    if (key === undefined) throw new Error('the keyring made no key that signs now');
    return {
      kid: key.kid,
      privateJwk: key.privateJwk,
      refreshAt: key.signsFrom + ROTATE_AFTER,
      expiresAt: key.signsFrom + SIGN_UNTIL,
    };
  }

  async publicKeys(): Promise<PublicKeys> {
    return { keys: (await this.#current()).map((key) => key.publicJwk) };
  }

  /** The published keys, oldest first, one of which signs now; makes the next one when its time has come. */
  #current(): Promise<StoredKey[]> {
    return this.ctx.blockConcurrencyWhile(async () => {
      const now = Date.now();
      const stored = (await this.ctx.storage.get<StoredKey[]>('keys')) ?? [];
      const newest = stored.at(-1);
      if (newest !== undefined && now < newest.signsFrom + ROTATE_AFTER - PUBLISH_AHEAD) return stored;
      const keys = stored.filter((key) => now < key.signsFrom + PUBLISH_UNTIL);
      // The first key, and the first after a long silence, cannot wait.
      const signs = newest !== undefined && now < newest.signsFrom + SIGN_UNTIL - PUBLISH_AHEAD;
      keys.push(await makeKey(signs ? now + PUBLISH_AHEAD : now));
      await this.ctx.storage.put('keys', keys);
      return keys;
    });
  }
}

async function makeKey(signsFrom: number): Promise<StoredKey> {
  const { privateKey, publicKey } = await generateKeyPair(TOKEN_ALGORITHM, {
    crv: 'Ed25519',
    extractable: true,
  });
  const kid = crypto.randomUUID();
  const common = { kid, alg: TOKEN_ALGORITHM, use: 'sig' };
  return {
    kid,
    signsFrom,
    privateJwk: { ...(await exportJWK(privateKey)), ...common },
    publicJwk: { ...(await exportJWK(publicKey)), ...common },
  };
}
