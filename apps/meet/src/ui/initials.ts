/** One or two letters for a name: of its first and last word. A name without letters has its first sign. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words.at(0), words.at(-1)] : words;
  const letters = ends.map((word) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '').join('');
  if (letters !== '') return letters.toLocaleUpperCase();
  const [sign] = new Intl.Segmenter().segment(name.trim());
  return sign?.segment ?? '?';
}

/** A colour's hue for a name, the same everywhere, 0–359. */
export function hueOf(name: string): number {
  let hash = 0;
  for (const sign of name) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return hash % 360;
}
