import { z } from 'zod';
import { defaultOf, type KeyPath, keysOf, schemaAt, unwrap } from './config-paths.ts';

/** What is wrong with one key. */
export interface ConfigProblem {
  path: KeyPath;
  /** Another key that the value does not go with. */
  other?: KeyPath;
  /** What would be right. */
  what: string;
}

/** Says of what a schema complains about which keys are wrong, and what would be right. */
export function configProblems(schema: z.ZodType, issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map(String);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        what: unknownKey(key, keysOf(schemaAt(schema, path) ?? schema)),
      }));
    // Both bring messages of their own.
    case 'custom':
    case 'invalid_format': {
      const other: unknown = issue.code === 'custom' ? issue.params?.['other'] : undefined;
      return [{ path, what: issue.message, ...(Array.isArray(other) && { other: other.map(String) }) }];
    }
    default: {
      const key = schemaAt(schema, path);
      return [{ path, what: key === undefined ? issue.message : whatIsRight(key) }];
    }
  }
}

/** What a key takes, in words: "must be a whole number from 1 to 1000, for example 100". */
function whatIsRight(schema: z.ZodType): string {
  const bare = unwrap(schema);
  const example = defaultOf(schema);
  if (bare instanceof z.ZodNumber) {
    const { minValue, maxValue, isInt } = bare;
    const least = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : undefined;
    const most = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : undefined;
    const upTo = most === undefined ? ' or more' : ` to ${most}`;
    const range = least === undefined ? '' : ` ${most === undefined ? 'of' : 'from'} ${least}${upTo}`;
    return `must be a ${isInt ? 'whole ' : ''}number${range}, for example ${example ?? least}`;
  }
  if (bare instanceof z.ZodBoolean) return 'must be true or false';
  if (bare instanceof z.ZodEnum) return `must be one of ${bare.options.join(', ')}`;
  if (bare instanceof z.ZodObject) return `must hold keys, of these: ${Object.keys(bare.shape).join(', ')}`;
  if (bare instanceof z.ZodArray) {
    const count = bare.def.checks?.some((check) => check._zod.def.check === 'min_length');
    const list = `must be a list${count ? ' of one or more' : ''}, in brackets or with a dash before each`;
    return Array.isArray(example) && example.length > 0
      ? `${list}, for example ${JSON.stringify(example)}`
      : list;
  }
  return `must be text${example === undefined ? '' : `, for example ${JSON.stringify(example)}`}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined && nearest.distance <= Math.max(2, Math.floor(key.length / 3))) {
    return `is not a key here; did you mean ${nearest.name}?`;
  }
  return `is not a key here; remove it. There are: ${known.join(', ')}`;
}

/** Least number of letters to add, drop or change (Levenshtein 1965). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
