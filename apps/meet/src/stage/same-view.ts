/** Values that are compared by what is in them: one level of an object made anew for each drawing. */
const BY_CONTENT: ReadonlySet<string> = new Set(['tile', 'place']);

/**
 * Whether a tile would look the same with other props. Each change in the room makes new tiles and places for all, and
 * fifty of them are too many to draw again because one person spoke.
 */
export function sameView<Props extends object>(before: Props, after: Props): boolean {
  return same(before, after, (key, a, b) => BY_CONTENT.has(key) && same(a, b));
}

function same(
  before: unknown,
  after: unknown,
  alike: (key: string, a: unknown, b: unknown) => boolean = () => false,
): boolean {
  if (!isRecord(before) || !isRecord(after)) return Object.is(before, after);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].every((key) => Object.is(before[key], after[key]) || alike(key, before[key], after[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
