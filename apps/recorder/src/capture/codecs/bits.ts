/** Reads bits, most significant first. Beyond the end all is 0: what reads it checks {@link Bits.over} once, when done. */
export class Bits {
  readonly #data: Uint8Array;
  #position = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Whether more was read than there is. */
  get over(): boolean {
    return this.#position > this.#data.length * 8;
  }

  /** @param count Up to 32. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#data[this.#position >> 3] ?? 0;
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1);
      this.#position += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  /** Exp-Golomb, unsigned (H.264 §9.1). */
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && !this.over && !this.flag()) zeros += 1;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** Exp-Golomb, signed. */
  se(): number {
    const value = this.ue();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}

/** An unsigned LEB128 number and how many bytes it takes (AV1 §4.10.5); `undefined` when it is cut off or absurd. */
export function leb128(data: Uint8Array, offset: number): { value: number; length: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[offset + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 128 ** i;
    if ((byte & 0x80) === 0) return { value, length: i + 1 };
  }
  return undefined;
}

/** Writes an unsigned LEB128 number below 2^32. */
export function toLeb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}
