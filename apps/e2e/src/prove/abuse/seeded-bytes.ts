import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';

/** Random bytes that are the same for the same seed: the key stream of a cipher, faster than generators made for tests. */
export class SeededBytes {
  readonly #cipher: Cipheriv;

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest();
    this.#cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  bytes(length: number): Buffer {
    return this.#cipher.update(Buffer.alloc(length));
  }

  /** An integer from 0, less than `end`. */
  below(end: number): number {
    return this.bytes(4).readUInt32BE() % end;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
