/** Part of a file. */
export interface ByteRange {
  offset: number;
  length: number;
}

/**
 * The part of a file that a `Range` header asks for (RFC 9110 §14.2): `all` where there is no header, or one that need not be
 * followed, as for several parts; `none` where the file has no such part.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'all' | 'none' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'all';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== '' && Number(last) < offset) return 'all';
  if (offset >= size) return 'none';
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return { offset, length: end - offset + 1 };
}
